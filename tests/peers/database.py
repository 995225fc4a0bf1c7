# database.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Databases of any server that speaks CouchDB's protocol, over a connection that is kept."""

import base64
import http.client
import json
import urllib.parse


class Refused(Exception):
    """A server did not do what it was asked; says what it answered."""


class Connection:
    """One connection to a server, for one request at a time; user and password may stand in the
    address. A server may close it between two requests: everything that is asked here may be
    asked twice."""

    def __init__(self, url):
        self.url = url.rstrip('/')
        parts = urllib.parse.urlsplit(self.url)
        self._headers = {'Accept': 'application/json'}
        if parts.username:
            pair = f'{urllib.parse.unquote(parts.username)}:' \
                   f'{urllib.parse.unquote(parts.password or "")}'
            self._headers['Authorization'] = 'Basic ' + base64.b64encode(pair.encode()).decode()
        kind = http.client.HTTPSConnection if parts.scheme == 'https' else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=120)

    def ask(self, method, path, text=None):
        """(status, text)"""
        headers = dict(self._headers)
        if text is not None:
            headers['Content-Type'] = 'application/json'
        data = None if text is None else text.encode()
        try:
            return self._ask(method, path, data, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection.close()
            return self._ask(method, path, data, headers)

    def _ask(self, method, path, data, headers):
        self._connection.request(method, path, data, headers)
        with self._connection.getresponse() as answer:
            return answer.status, answer.read().decode()

    def close(self):
        self._connection.close()

    def create(self, name):
        """A new database, empty."""
        status, text = self.ask('PUT', f'/{name}')
        if status not in (201, 202):
            raise Refused(f'{self.url}/{name} cannot be made: {status} {text}')
        return Database(self, f'/{name}')


class Database:

    def __init__(self, connection, path):
        self.connection = connection
        self.path = path
        self.url = connection.url + path

    @classmethod
    def at(cls, url):
        parts = urllib.parse.urlsplit(url)
        return cls(Connection(parts._replace(path='', query='').geturl()), parts.path)

    def read(self, path, body=None):
        """The text of an answer that must be there."""
        text = None if body is None else json.dumps(body)
        status, answer = self.connection.ask('GET' if text is None else 'POST', self.path + path,
                                             text)
        if status != 200:
            raise Refused(f'{self.path}{path}: {status} {answer}')
        return answer

    def replay(self, writes):
        """Gives it the bodies of _bulk_docs, each a text, in their order."""
        for text in writes:
            answer = self.connection.ask('POST', self.path + '/_bulk_docs', text)
            if answer[0] != 201 or json.loads(answer[1]) != []:
                raise Refused(f'{self.url} refuses {text[:300]}: {answer}')

    def delete(self):
        self.connection.ask('DELETE', self.path)
