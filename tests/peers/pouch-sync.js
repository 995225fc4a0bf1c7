// pouch-sync.js
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A PouchDB client in the middle: a database on disk, kept equal with every URL given, both ways.
//
//   node pouch-sync.js live FOLDER URL...   until the end of standard input
//   node pouch-sync.js once FOLDER URL...   one run for each URL, in their order; prints what
//                                           each did as a line of JSON

const PouchDB = require('pouchdb');

const [mode, folder, ...urls] = process.argv.slice(2);
const local = new PouchDB(folder + '/local');

async function once() {
  for (const url of urls) {
    const done = await local.sync(url).catch((error) => ({ error: error }));
    console.log(JSON.stringify({
      failed: done.error ? done.error.reason || done.error.message || done.error.error : null,
      push: done.push || (done.error && done.error.push),
      pull: done.pull || (done.error && done.error.pull),
    }));
  }
}

async function live() {
  const syncs = urls.map((url) => local.sync(url, { live: true, retry: true, batch_size: 25 })
    .on('error', (error) => { console.error(error); process.exitCode = 1; })
    .on('denied', (error) => { console.error(error); process.exitCode = 1; }));

  process.stdin.resume();
  await new Promise((resolve) => process.stdin.on('end', resolve));
  for (const sync of syncs)
    sync.cancel();
}

(mode === 'live' ? live() : once()).then(() => process.exit());
