// pouch-client.js
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A PouchDB client for the tests. It has a database of its own in a folder and a server:
//
//   node pouch-client.js FOLDER URL < [[operation, argument…], …]
//
// The answers come as one JSON array.

const PouchDB = require('pouchdb');

const [folder, url] = process.argv.slice(2);
const local = new PouchDB(folder);
const remote = new PouchDB(url);

// Leaf ids, so that a caller can tell forks from their resolution.
async function leaves (id) {
  const rows = await local.get(id, { open_revs: 'all' });
  return rows.map((row) => ({ rev: row.ok._rev, deleted: !!row.ok._deleted }));
}

const operations = {
  pull: () => local.replicate.from(remote),
  push: () => local.replicate.to(remote),
  get: (id, options) => local.get(id, options || {}),
  put: async (body) => {
    const before = await local.get(body._id).catch(() => ({}));
    return local.put({ ...body, _rev: before._rev });
  },
  remove: async (id) => local.remove(await local.get(id)),
  attach: async (id, name, type, base64) =>
    local.putAttachment(id, name, (await local.get(id))._rev, Buffer.from(base64, 'base64'), type),
  attachment: async (id, name) => (await local.getAttachment(id, name)).toString('base64'),
  leaves,
};

async function main () {
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const answers = [];
  for (const [name, ...rest] of JSON.parse(input)) {
    answers.push(await operations[name](...rest)
      .catch((error) => ({ error: error.name, status: error.status, reason: error.reason })));
  }
  await local.close();
  process.stdout.write(JSON.stringify(answers));
}

main().catch((error) => { console.error(error); process.exit(1); });
