// A caller as users of the npm package smpp write one: submits, and says as JSON what it was told.

import { createRequire } from 'node:module'

const smpp = createRequire(import.meta.url)('smpp')
const { SMPP, SYSTEM_ID, PASSWORD, SENDER, TEXT } = process.env
const session = smpp.connect({ url: `smpp://${SMPP}`, auto_enquire_link_period: 10000 })
const told = []
const ids = []
const text = (pdu) => {
  const value = pdu.short_message?.message ?? pdu.short_message
  return String(value?.length ? value : pdu.message_payload?.message ?? pdu.message_payload)
}
const submit = (to, message) => new Promise((resolve) => {
  // The library does not split what is too long for the one.
  const field = message.length > 120 ? 'message_payload' : 'short_message'
  session.submit_sm({ source_addr: SENDER, destination_addr: to, [field]: message, registered_delivery: 1 }, resolve)
})
const has = (key) => told.some((one) => key in one)
const until = async (key) => {
  for (let tries = 0; !has(key); tries += 1) {
    if (tries > 2000) throw new Error(`in vain: ${key} ${JSON.stringify(told)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

session.on('error', (error) => { throw error })
session.on('deliver_sm', (pdu) => {
  session.send(pdu.response())
  if (pdu.esm_class & 4) told.push({ receipt: String(pdu.receipted_message_id), state: pdu.message_state })
  else told.push({ from: pdu.source_addr, text: text(pdu) })
})
session.bind_transceiver({ system_id: SYSTEM_ID, password: PASSWORD }, async (bound) => {
  if (bound.command_status) throw new Error(`bound: ${bound.command_status}`)
  ids.push((await submit('12025550143', TEXT)).message_id)
  const refused = [(await submit('12', 'Hi')).command_status]
  await until('receipt')
  console.log(JSON.stringify({ ids, refused }))
  await until('from')
  console.log(JSON.stringify({ told }))
  session.unbind(() => session.close())
})
