// A caller by fetch, and a receiver and a sender that trust only the independent library.
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
        const event = hook.verify(body, request.headers);
        console.log(event.type === "message.received" ? event.text : event.status);
        response.writeHead(204).end();
      } catch (error) {
        console.log(`not genuine: ${error}`);
        response.writeHead(401).end();
      }
    });
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
}

function sign() {
  const { Webhook } = createRequire(`${NODE_PATH}/`)("standardwebhooks");
  const [now, body] = [new Date(), '{"text":"Zażółć"}'];
  const headers = [
    "webhook-id: msg_1",
    `webhook-timestamp: ${Math.floor(now.getTime() / 1000)}`,
    `webhook-signature: ${new Webhook(SECRET).sign("msg_1", now, body)}`,
  ];
  process.stdout.write(["POST /sms HTTP/1.1", ...headers, "", body].join("\n"));
}

// Large bodies that are refused before they are read: which answers did not arrive.
async function refused() {
  for (const [status, token, type, size, times] of JSON.parse(process.env.CASES)) {
    for (let i = 0; i < times; i++) {
      let got;
      try {
        const headers = { Authorization: token, "Content-Type": type };
        const answer = await fetch(GATEWAY + "/simple_send/", { method: "POST", headers, body: Buffer.alloc(size, " ") });
        got = (await answer.json()).status === false ? answer.status : 0;
      } catch (error) {
        got = error.cause ?? error;
      }
      if (got !== status) console.log("fetch", status, size, got);
    }
  }
}

await { client, receiver, sign, refused }[process.argv[2]]();
