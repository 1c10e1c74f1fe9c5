// A device and a server of the peer, for `benchmarks/peer.py`: PouchDB replicating to express-pouchdb.
//   node peer.cjs serve FOLDER                         prints the port
//   node peer.cjs push FOLDER ADDRESS FILE BATCH       each line of FILE a document; BATCH 0: the default
const fs = require("fs");
const path = require("path");
const PouchDB = require("pouchdb");

const [role, folder, address, file, batch] = process.argv.slice(2);
const Stored = PouchDB.defaults({ prefix: folder + path.sep });

function serve() {
  const app = require("express")();
  const options = {
    mode: "minimumForPouchDB",
    logPath: path.join(folder, "log"),
    configPath: path.join(folder, "config.json"),
  };
  app.use("/", require("express-pouchdb")(Stored, options));
  const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
}

async function push() {
  const local = new Stored("local");
  const lines = fs.readFileSync(file, "utf8").trim().split("\n");
  await local.bulkDocs(lines.map((line, at) => ({ _id: String(at).padStart(5, "0"), ...JSON.parse(line) })));
  const asked = Number(batch) ? { batch_size: Number(batch) } : {};
  const began = Date.now();
  for (let tries = 1; ; tries += 1) {
    try {
      await local.replicate.to(address + "/sessions", asked);
      console.log(JSON.stringify({ seconds: (Date.now() - began) / 1000, tries }));
      return;
    } catch {
      // As a person does who presses the key again.
      await new Promise((again) => setTimeout(again, 500));
    }
  }
}

if (role === "serve") serve();
else push().then(() => process.exit(0));
