"""A caller as aiosmpplib's users write one: submits, and says as JSON what it was told."""

import asyncio
import json
import os

from aiosmpplib import ESME, DeliverSm, PhoneNumber, SubmitSm, SubmitSmResp
from aiosmpplib.hook import AbstractHook

HOST, PORT = os.environ["SMPP"].rsplit(":", 1)
ids, refused, told = [], [], []
changed = asyncio.Event()


class Hook(AbstractHook):
    async def sending(self, smpp_message, pdu, client_id):
        pass

    async def received(self, smpp_message, pdu, client_id):
        if isinstance(smpp_message, SubmitSmResp):
            status = int(smpp_message.command_status)
            if status:
                refused.append(status)
            else:
                ids.append(smpp_message.message_id)
        elif isinstance(smpp_message, DeliverSm) and smpp_message.is_receipt():
            receipt = smpp_message.parse_receipt()
            told.append({"receipt": receipt["id"], "stat": receipt["stat"]})
        elif isinstance(smpp_message, DeliverSm):
            told.append({"from": smpp_message.source.number,
                         "text": smpp_message.short_message or smpp_message.message_payload})
        changed.set()

    async def send_error(self, smpp_message, error, client_id):
        pass


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            changed.clear()
            await changed.wait()


def message(text, to):
    # Its parts need an id each; what is too long for one goes as a payload.
    return SubmitSm(short_message=text, source=PhoneNumber(os.environ["SENDER"]),
                    destination=PhoneNumber(to), log_id=to)


async def main():
    esme = ESME(smsc_host=HOST, smsc_port=int(PORT), system_id=os.environ["SYSTEM_ID"],
                password=os.environ["PASSWORD"], hook=Hook(), log_level="ERROR")
    running = asyncio.create_task(esme.start())
    await esme.broker.enqueue(message(os.environ["TEXT"], "12025550143"))
    await until(lambda: any("receipt" in one for one in told))
    await esme.broker.enqueue(message("Hi", "12"))
    await until(lambda: refused)
    print(json.dumps({"ids": ids, "refused": refused}), flush=True)
    await until(lambda: any("from" in one for one in told))
    print(json.dumps({"told": told}), flush=True)
    await esme.stop()
    running.cancel()


asyncio.run(main())
