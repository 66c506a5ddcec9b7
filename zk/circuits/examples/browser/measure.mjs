// node measure.mjs PROVER.WASM KEY [BROWSER]: runs the prover and prints JSON. With a browser (its program), in a page of it without a
// window, served on the loopback; without, in Node.js itself. KEY holds the bare proving key.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measured } from "./prover.mjs";

const [wasm, key, browser] = process.argv.slice(2);
if (!browser) {
    console.log(JSON.stringify(await measured(readFileSync(wasm), readFileSync(key), 5)));
    process.exit(0);
}

const here = dirname(fileURLToPath(import.meta.url));
const served = {
    "/": ["text/html", join(here, "page.html")],
    "/prover.mjs": ["text/javascript", join(here, "prover.mjs")],
    "/prover.wasm": ["application/wasm", wasm],
    "/key": ["application/octet-stream", key],
};
const profile = mkdtempSync(join(tmpdir(), "govhub-browser-"));
let child;
const server = createServer((request, response) => {
    if (request.method === "POST") {
        let body = "";
        request.on("data", (part) => (body += part));
        request.on("end", () => {
            console.log(body);
            response.end();
            child.kill();
            server.close();
        });
        return;
    }
    const [type, file] = served[request.url] ?? [];
    response.writeHead(file ? 200 : 404, { "content-type": type ?? "text/plain" });
    response.end(file ? readFileSync(file) : "");
});
server.listen(0, "127.0.0.1", () => {
    const address = `http://127.0.0.1:${server.address().port}/`;
    const options = ["--headless=new", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`, address];
    child = execFile(browser, options, { timeout: 300_000 }, () => {
        server.close();
        rmSync(profile, { recursive: true, force: true });
    });
});
