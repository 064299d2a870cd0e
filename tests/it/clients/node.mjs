// A caller by fetch, and a receiver that trusts only the independent library.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const { GATEWAY, TOKEN, SECRET, NODE_PATH } = process.env;

async function call(path, token, body) {
  const answer = await fetch(GATEWAY + path, {
    method: "POST",
    headers: { Authorization: token, "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
}

async function client() {
  const message = { internal_id: "1003", recipient_phone: "12025550143", message_content: "Your code is 4711" };
  const [status, sent] = await call("/simple_send/", TOKEN, { messages: [message] });
  const uuid = sent.messages[0].message_uuid;
  // The path without its slash: fetch follows a 307 with method and body.
  const [, known] = await call("/messages_status", TOKEN, { message_uuids: [uuid] });
  const bad = { ...message, internal_id: "1004", recipient_phone: "+12025550143" };
  const [, mixed] = await call("/simple_send/", TOKEN, { messages: [message, bad] });
  const refusals = [await call("/simple_send/", "nonsense", { messages: [message] }), await call("/simple_send/", TOKEN, "{")];
  console.log(JSON.stringify({
    status, accepted: sent.status, internal_id: sent.messages[0].internal_id,
    known: known.messages[0].message_uuid === uuid, again: mixed.messages[0].message_uuid === uuid,
    bad: mixed.messages[1].error, refusals: refusals.map(([code, said]) => [code, said.status]),
  }));
}

function receiver() {
  const { Webhook } = createRequire(`${NODE_PATH}/`)("standardwebhooks");
  const hook = new Webhook(SECRET);
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece) => (body += piece)).on("end", () => {
      try {
        console.log(hook.verify(body, request.headers).text);
        response.writeHead(204).end();
      } catch (error) {
        console.log(`not genuine: ${error}`);
        response.writeHead(401).end();
      }
    });
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
}

await { client, receiver }[process.argv[2]]();
