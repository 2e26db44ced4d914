// A network made with node-smpp. It prints its port; then each line of JSON it reads is a wish:
// {do: "taken"}, {do: "deliver", pdu: {...}}, {do: "judge", statuses: [...]}, {do: "cut"}.
const readline = require("readline");
const smpp = require("smpp");

const taken = [];
const sessions = [];
let statuses = [];

const say = (told) => console.log(JSON.stringify(told));
const read = (pdu) => ({
  source: pdu.source_addr,
  to: pdu.destination_addr,
  text: pdu.short_message.message ?? pdu.message_payload?.message,
  udh: pdu.short_message.udh ? Buffer.concat(pdu.short_message.udh).toString("hex") : "",
  coding: pdu.data_coding,
  priority: pdu.priority_flag,
  validity: pdu.validity_period !== "",
  service: pdu.service_type,
  ussd: pdu.ussd_service_op ?? null,
  session: pdu.its_session_info?.toString("hex") ?? null,
});

function receipt(session, pdu, id) {
  session.deliver_sm({
    source_addr: pdu.destination_addr,
    destination_addr: pdu.source_addr,
    esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2608011000 done date:2608011001 stat:DELIVRD err:000 text:`,
  });
}

function submit(session, pdu) {
  const status = statuses.shift() ?? 0;
  if (status) return session.send(pdu.response({ command_status: status }));
  taken.push(read(pdu));
  const id = `n${taken.length}`;
  session.send(pdu.response({ message_id: id }));
  if (pdu.registered_delivery & 1) receipt(session, pdu, id);
}

function bind(session, pdu) {
  const right = pdu.password === "secret";
  session.send(pdu.response({ command_status: right ? 0 : smpp.ESME_RINVPASWD, system_id: "node" }));
  if (right) sessions.push(session);
}

const server = smpp.createServer((session) => {
  session.on("bind_transceiver", (pdu) => bind(session, pdu));
  session.on("bind_transmitter", (pdu) => bind(session, pdu));
  session.on("submit_sm", (pdu) => submit(session, pdu));
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => { session.send(pdu.response()); session.close(); });
  session.on("close", () => sessions.splice(sessions.indexOf(session), sessions.includes(session) ? 1 : 0));
  session.on("error", () => {});
});

function message(given) {
  const { udh, words, session, ...fields } = given;
  if (session) fields.its_session_info = Buffer.from(session, "hex");
  if (words === undefined) return fields;
  return { ...fields, short_message: udh ? { udh: Buffer.from(udh, "hex"), message: words } : words };
}

const wishes = {
  taken: () => say({ taken, bound: sessions.length }),
  judge: ({ statuses: wanted }) => { statuses = wanted; say({}); },
  cut: () => { sessions.forEach((session) => session.destroy()); say({}); },
  deliver: ({ pdu }) =>
    sessions.at(-1).deliver_sm(message(pdu), (answer) => say({ status: answer.command_status })),
};

server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const wish = JSON.parse(line);
  wishes[wish.do](wish);
});
