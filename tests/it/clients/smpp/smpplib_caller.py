"""A caller as smpplib's users write one: binds, submits, and says as JSON what it was told."""

import json
import os
import ssl
import sys
import time

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm

HOST, PORT = os.environ["SMPP"].rsplit(":", 1)
TEXT = os.environ["TEXT"]
RECIPIENT = os.environ.get("RECIPIENT", "12025550143")

context = None
if os.environ.get("CA"):
    context = ssl.create_default_context(cafile=os.environ["CA"])
    # The library names no host to its sockets.
    context.check_hostname = False

taken, told, refused = {}, [], []


def received(pdu):
    if pdu.receipted_message_id is not None:
        said = pdu.receipted_message_id
        said = said.decode() if isinstance(said, bytes) else said
        told.append({"receipt": said.rstrip("\0"), "state": pdu.message_state,
                     "text": pdu.short_message.decode()})
    else:
        told.append({"from": pdu.source_addr.decode(), "to": pdu.destination_addr.decode(),
                     "coding": pdu.data_coding, "text": pdu.short_message.hex()})
    return 0


client = smpplib.client.Client(HOST, PORT, allow_unknown_opt_params=True, ssl_context=context)
client.set_message_received_handler(lambda pdu: received(pdu))
client.set_message_sent_handler(
    lambda pdu: pdu.is_error() or taken.update({pdu.sequence: pdu.message_id.decode()}))
client.set_error_pdu_handler(lambda pdu: refused.append([pdu.sequence, pdu.status]))
client.connect()
bound = None
try:
    client.bind_transceiver(system_id=os.environ["SYSTEM_ID"], password=os.environ["PASSWORD"])
except smpplib.exceptions.PDUError as error:
    bound = error.args[1]
if bound is not None:
    print(json.dumps({"bound": bound}))
    client.disconnect()
    sys.exit()


def submit(text, recipient):
    parts, coding, flag = smpplib.gsm.make_parts(text)
    sequences = []
    for part in parts:
        pdu = client.send_message(
            source_addr_ton=smpplib.consts.SMPP_TON_ALNUM, source_addr=os.environ["SENDER"],
            dest_addr_ton=smpplib.consts.SMPP_TON_INTL, dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
            destination_addr=recipient, short_message=part, data_coding=coding,
            esm_class=flag, registered_delivery=True,
        )
        sequences.append(pdu.sequence)
    return sequences


def until(what, condition):
    give_up = time.monotonic() + 20
    while not condition():
        if time.monotonic() > give_up:
            sys.exit(f"in vain: {what}: {taken} {told} {refused}")
        client.poll()
        time.sleep(0.01)


sequences = submit(TEXT, RECIPIENT)
until("answers", lambda: all(sequence in taken for sequence in sequences))
bad = submit("Hi", "12")[0]
until("a refusal", lambda: refused)
until("a receipt", lambda: any("receipt" in one for one in told))
print(json.dumps({"ids": [taken[sequence] for sequence in sequences], "parts": len(sequences),
                  "refused": [status for sequence, status in refused if sequence == bad]}), flush=True)
until("a reply", lambda: any("from" in one for one in told))
client.unbind()
client.disconnect()
print(json.dumps({"told": told}))
