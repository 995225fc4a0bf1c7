// pouch-sync.js
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A PouchDB client in the middle: a database on disk, kept equal with every URL given, both ways,
// or one that carries what it is told to.
//
//   node pouch-sync.js live FOLDER URL...   until the end of standard input
//   node pouch-sync.js once FOLDER URL...   one run for each URL, in their order; prints what
//                                           each did as a line of JSON
//   node pouch-sync.js jobs                 replicates once for each line of standard input,
//                                           {"source":URL,"target":URL,"middle":BOOLEAN}: with a
//                                           middle by way of an empty database in memory, else
//                                           straight; prints what each did as a line of JSON

const PouchDB = require('pouchdb');

const [mode, folder, ...urls] = process.argv.slice(2);

async function once() {
  const local = new PouchDB(folder + '/local');
  for (const url of urls) {
    const done = await local.sync(url).catch((error) => ({ error: error }));
    console.log(JSON.stringify({
      failed: done.error ? done.error.reason || done.error.message || done.error.error : null,
      push: done.push || (done.error && done.error.push),
      pull: done.pull || (done.error && done.error.pull),
    }));
  }
}

async function carry(job) {
  const way = [job.source, job.target].map((url) => new PouchDB(url, { skip_setup: true }));
  const middle = job.middle ? new PouchDB('middle', { adapter: 'memory' }) : null;
  if (middle)
    way.splice(1, 0, middle);

  let failures = 0;
  for (let i = 1; i < way.length; i++)
    failures += (await PouchDB.replicate(way[i - 1], way[i])).doc_write_failures;
  if (middle)
    await middle.destroy();
  return failures ? failures + ' documents failed' : null;
}

async function jobs() {
  PouchDB.plugin(require('pouchdb-adapter-memory'));
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    const failed = await carry(JSON.parse(line)).catch((error) => String(error.message || error));
    console.log(JSON.stringify({ failed: failed }));
  }
}

async function live() {
  const local = new PouchDB(folder + '/local');
  const syncs = urls.map((url) => local.sync(url, { live: true, retry: true, batch_size: 25 })
    .on('error', (error) => { console.error(error); process.exitCode = 1; })
    .on('denied', (error) => { console.error(error); process.exitCode = 1; }));

  process.stdin.resume();
  await new Promise((resolve) => process.stdin.on('end', resolve));
  for (const sync of syncs)
    sync.cancel();
}

({ live, once, jobs })[mode]().then(() => process.exit());
