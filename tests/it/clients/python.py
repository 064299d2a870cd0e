"""A caller in Python's standard library; a receiver and a sender that trust only the independent one."""

import http.client
import json
import os
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer


def call(path, token, body):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": token, "Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["GATEWAY"] + path, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def client():
    token = os.environ["TOKEN"]
    message = {"internal_id": "1003", "recipient_phone": "12025550143", "message_content": "Your code is 4711"}
    status, sent = call("/simple_send/", token, {"messages": [message]})
    uuid = sent["messages"][0]["message_uuid"]
    _, known = call("/messages_status/", token, {"message_uuids": [uuid]})
    bad = dict(message, internal_id="1004", recipient_phone="+12025550143")
    mixed = call("/simple_send/", token, {"messages": [message, bad]})[1]
    refusals = [call("/simple_send/", "nonsense", {"messages": [message]}), call("/simple_send/", token, b"{")]
    report(status, sent, known, mixed, refusals)


def report(status, sent, known, mixed, refusals):
    print(json.dumps({
        "status": status, "accepted": sent["status"], "internal_id": sent["messages"][0]["internal_id"],
        "known": known["messages"][0]["message_uuid"] == sent["messages"][0]["message_uuid"],
        "again": mixed["messages"][0]["message_uuid"] == sent["messages"][0]["message_uuid"],
        "bad": mixed["messages"][1]["error"], "refusals": [[code, said["status"]] for code, said in refusals]}))


def receiver():
    from standardwebhooks import Webhook
    hook = Webhook(os.environ["SECRET"])

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                event = hook.verify(body.decode(), dict(self.headers))
                print(event["text"] if event["type"] == "message.received" else event["status"], flush=True)
                self.send_response(204)
            except Exception as error:
                print(f"not genuine: {error!r}", flush=True)
                self.send_response(401)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    print(server.server_port, flush=True)
    server.serve_forever()


def sign():
    from datetime import datetime, timezone
    from standardwebhooks import Webhook
    now, body = datetime.now(timezone.utc), '{"text":"Zażółć"}'
    signature = Webhook(os.environ["SECRET"]).sign("msg_1", now, body)
    print("POST /sms HTTP/1.1", "webhook-id: msg_1", f"webhook-timestamp: {int(now.timestamp())}",
          f"webhook-signature: {signature}", "", body, sep="\n", end="")


def by_urllib(token, kind, body):
    headers = {"Authorization": token, "Content-Type": kind}
    request = urllib.request.Request(os.environ["GATEWAY"] + "/simple_send/", body, headers)
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as refused:
        return refused.code if json.load(refused)["status"] is False else 0


def by_http_client(token, kind, body):
    connection = http.client.HTTPConnection(os.environ["GATEWAY"].removeprefix("http://"), timeout=10)
    headers = {"Authorization": token, "Content-Type": kind}
    connection.request("POST", "/simple_send/", body, headers)
    answer = connection.getresponse()
    status = answer.status if json.load(answer)["status"] is False else 0
    connection.close()
    return status


def refused():
    """Large bodies that are refused before they are read: which answers did not arrive."""
    cases = json.loads(os.environ["CASES"])
    for call in [by_urllib, by_http_client]:
        for status, token, kind, size, times in cases:
            for _ in range(times):
                try:
                    got = call(token, kind, b" " * size)
                except OSError as error:
                    got = repr(error)
                if got != status:
                    print(call.__name__, status, size, got)


{"client": client, "receiver": receiver, "sign": sign, "refused": refused}[sys.argv[1]]()
