// An SMSC out of an independent library. Its behavior is a JSON object in its first argument; it is
// told what to do by lines on stdin, and answers each with a line of JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const smpp = createRequire(`${process.env.NODE_PATH}/`)("smpp");
const { form = "given", throttle = [], throttleEvery = 0, cutEvery = 0, receipts = true, echo = false,
  first = 1, tls } = JSON.parse(process.argv[2] ?? "{}");

const sessions = new Set();
const texts = new Map(); // how often each was taken, answered or not
const acknowledged = {}; // statuses of the responses to deliver_sm
let [submits, taken, throttled, cuts, binds, next, unbinds] = [0, 0, 0, 0, 0, first, 0];
let throttledUntil = 0;

// The id of a response, and what a receipt makes of it: the id in its text, and the one beside it.
const uuid = (n) => `0192f000-${String(n % 9999).padStart(4, "0")}-7000-8000-${n.toString(16).padStart(12, "0")}`;
const forms = {
  given: (n) => [String(n), String(n)],
  hexToDecimal: (n) => [n.toString(16), String(n)],
  decimalToHex: (n) => [String(n), n.toString(16).toUpperCase()],
  padded: (n) => [String(n), String(n).padStart(10, "0")],
  parameter: (n) => [uuid(n), uuid(n).replaceAll("-", "").slice(0, 10), uuid(n)],
};

function deliver(session, fields) {
  session.deliver_sm({ ...fields }, (response) => {
    const status = response.command_status;
    acknowledged[status] = (acknowledged[status] ?? 0) + 1;
  });
}

const receiver = () => [...sessions].find((session) => session.receives);

function receipt(pdu, n) {
  const [, id, parameter] = forms[form](n);
  const stat = pdu.destination_addr.endsWith("20") ? "UNDELIV" : "DELIVRD";
  const err = stat === "DELIVRD" ? "000" : "034";
  const session = receiver();
  if (!session) return;
  deliver(session, {
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2611250812 done date:2611250813 stat:${stat} err:${err} text:`,
    ...(parameter && { receipted_message_id: parameter }),
  });
}

function submit(session, pdu) {
  submits += 1;
  const now = Date.now();
  if (throttle.includes(submits) || now < throttledUntil || (throttleEvery && submits % throttleEvery === 0)) {
    if (throttleEvery && now >= throttledUntil) throttledUntil = now + 50;
    throttled += 1;
    session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
    return;
  }
  const { message, udh } = pdu.short_message;
  const part = udh ? `${udh[0].at(-1)}/${udh[0].at(-2)} ` : "";
  const text = part + (message?.message ?? message);
  texts.set(text, (texts.get(text) ?? 0) + 1);
  taken += 1;
  if (cutEvery && taken % cutEvery === 0) {
    cuts += 1;
    session.socket.destroy();
    return;
  }
  const n = next++;
  session.send(pdu.response({ message_id: forms[form](n)[0] }));
  if (receipts && pdu.registered_delivery === 1) setImmediate(receipt, pdu, n);
  if (echo) {
    const to = { source_addr: pdu.destination_addr, destination_addr: pdu.source_addr };
    setImmediate(() => receiver() && deliver(receiver(), { ...to, short_message: `Echo: ${text}` }));
  }
}

function accept(session) {
  for (const kind of ["transceiver", "transmitter", "receiver"]) {
    session.on(`bind_${kind}`, (pdu) => {
      binds += 1;
      if (pdu.password !== "hunter2") {
        session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
        return;
      }
      session.receives = kind !== "transmitter";
      sessions.add(session);
      session.send(pdu.response({ system_id: "npm" }));
    });
  }
  session.on("submit_sm", (pdu) => submit(session, pdu));
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    unbinds += 1;
    session.send(pdu.response());
    session.close();
  });
  session.on("close", () => sessions.delete(session));
  session.on("error", () => session.socket.destroy());
}

const commands = {
  state: () => ({
    submits, taken, throttled, cuts, binds, unbinds, acknowledged,
    bound: sessions.size, different: texts.size, doubled: [...texts.values()].filter((n) => n > 1).length,
  }),
  texts: () => [...texts.keys()],
  // from to text
  say: (words) => {
    const [from, to, ...text] = words;
    const session = receiver();
    if (!session) return { said: false };
    const short_message = text.join(" ");
    deliver(session, { source_addr: from, source_addr_ton: 1, source_addr_npi: 1, destination_addr: to, short_message });
    return { said: true };
  },
  // from to part…: the parts of a long text, the last first.
  sayLong: (words) => {
    const [from, to, ...parts] = words;
    for (const [at, text] of [...parts.entries()].reverse()) {
      const udh = Buffer.from([5, 0, 3, 42, parts.length, at + 1]);
      deliver(receiver(), { source_addr: from, destination_addr: to, short_message: { udh, message: text } });
    }
    return { said: true };
  },
  cut: () => {
    for (const session of sessions) session.socket.destroy();
    return { cut: true };
  },
};

const options = tls ? { key: readFileSync(tls.key), cert: readFileSync(tls.cert) } : {};
const server = smpp.createServer(options, accept);
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [name, ...words] = line.split(" ");
    console.log(JSON.stringify(commands[name](words)));
  })
  .on("close", () => process.exit());
