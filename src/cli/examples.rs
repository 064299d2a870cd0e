//! The text after each command's help: examples, and what its flags cannot say.

pub(super) const ACCOUNT_PULL: &str = "\
Examples:
  textpeak account pull --all --dry-run
  textpeak account pull --route hosted --stream 'OTP Germany' --yes

Streams are matched by name. Each gets a route with its own token, and the limits of the route that \
has the account key. Webhooks and default senders are not taken over.";
pub(super) const CREATE: &str = "\
Examples:
  textpeak streams create
  textpeak streams create --name 'OTP Germany' --ip 192.0.2.10 --tag otp --demo --no-input
  textpeak streams create --from-file stream.json -o json

Answers come from flags, then from --from-file (JSON or YAML), then from the wizard. Without a \
terminal, with --no-input, or with CI set, there are no prompts and only --name is required.";
pub(super) const RESUME: &str = "\
Examples:
  textpeak streams resume 'OTP Germany'";
pub(super) const LIST: &str = "\
Examples:
  textpeak streams list
  textpeak streams list --limit 20 --page 2
  textpeak streams list -o json | jq -r '.items[].name'

In a pipe: one stream per line, tab-separated, without a header or truncation.";
pub(super) const SHOW: &str = "\
Examples:
  textpeak streams show 'OTP Germany'
  textpeak streams show 'OTP Germany' -o json";
pub(super) const PREVIEW: &str = "\
Examples:
  textpeak streams preview 'OTP Germany'
  textpeak streams preview 'OTP Germany' send --as curl --reveal
  textpeak streams preview 'OTP Germany' send --part body --copy";
pub(super) const TOKEN_SHOW: &str = "\
Examples:
  textpeak streams token show 'OTP Germany'
  TOKEN=$(textpeak streams token show 'OTP Germany')";
pub(super) const EDIT: &str = "\
Examples:
  textpeak streams edit 'OTP Germany'
  textpeak streams edit 'OTP Germany' --ip 192.0.2.11 --remove-tag trial --live

--ip, --tag, and --webhook-header add to lists, and --remove-… flags remove from them; every other \
flag replaces the value.";
pub(super) const CLONE: &str = "\
Examples:
  textpeak streams clone 'OTP Germany' --name 'OTP Austria'";
pub(super) const ENABLE: &str = "\
Examples:
  textpeak streams enable 'OTP Germany'";
pub(super) const DISABLE: &str = "\
Examples:
  textpeak streams disable 'OTP Germany' 'OTP France'";
pub(super) const EXPORT: &str = "\
Examples:
  textpeak streams export -f streams.yaml
  textpeak streams export --tag otp --format json

IDs, tokens, and times are not included. Header values are written as ${NAME} and come from the \
environment.";
pub(super) const PLAN: &str = "\
Examples:
  textpeak streams plan -f streams.yaml
  textpeak streams plan -f streams.yaml --prune -o json

Streams are matched by name. If a header's ${NAME} is not set in the environment, the stream's \
header is left unchanged.";
pub(super) const APPLY: &str = "\
Examples:
  textpeak streams apply -f streams.yaml
  textpeak streams apply -f streams.yaml --prune --yes --tokens-out tokens.txt";
pub(super) const SCHEMA: &str = "\
Examples:
  textpeak streams schema > streams.schema.json

For completion in editors, start the document with
# yaml-language-server: $schema=streams.schema.json";
pub(super) const TOKEN_ROTATE: &str = "\
Examples:
  textpeak streams token rotate 'OTP Germany' --yes";
pub(super) const SENDERS_REMOVE: &str = "\
Examples:
  textpeak senders remove GLOBAL";
pub(super) const SENDERS_IMPORT: &str = "\
Examples:
  textpeak senders import senders.csv
  printf 'GLOBAL\\n12025550143\\n' | textpeak senders import -";
pub(super) const TAGS_LIST: &str = "\
Examples:
  textpeak tags list";
pub(super) const TAGS_RENAME: &str = "\
Examples:
  textpeak tags rename trial production";
pub(super) const DOCTOR: &str = "\
Examples:
  textpeak doctor
  textpeak doctor --fix

Exits with 0 if there are no problems, and with 1 if a problem remains.";
pub(super) const SEND: &str = "\
Examples:
  textpeak send 'OTP Germany' --to 12025550143 --text 'Your code is 4711' --wait
  textpeak send 'OTP Germany' --from-file people.csv --results results.jsonl
  textpeak send 'OTP Germany' --to 12025550143 --text Hi --dry-run

In a pipe: only the message ID. A file is checked completely before anything is sent, and sending \
the same file again sends nothing twice. Numbers 1AAA55501NN are fictional; on a demo stream, NN \
determines the outcome: 01 undelivered, 02 sent_failed, 03 no_routes, 04 rejected, 05 stays sent, \
06 slow.";
pub(super) const STATUS: &str = "\
Examples:
  textpeak status --stream 'OTP Germany'
  textpeak status 01890a5d-ac96-774b-bcce-b302099a8057
  textpeak status --internal-id order-1003 -o json

Statuses are those of the hosted service; sent means passed on but not yet final. The request body \
is based on one public caller; the response format is our own.";
pub(super) const REPLY: &str = "\
Examples:
  textpeak reply 'OTP Germany' --from 12025550143 --text 'Yes, please'

The message is saved before it is delivered. If textpeak serve is running, it delivers the message; \
otherwise, this command makes the first attempt.";
pub(super) const MESSAGES_LIST: &str = "\
Examples:
  textpeak messages list --stream 'OTP Germany' --since 1h
  textpeak messages list --to 12025550143 -o json | jq -r '.items[].text'";
pub(super) const MESSAGES_SHOW: &str = "\
Examples:
  textpeak messages show 01890a5d-ac96-774b-bcce-b302099a8057";
pub(super) const MESSAGES_WAIT: &str = "\
Examples:
  CODE=$(textpeak messages wait --to 12025550143 --match '[0-9]{4,8}' --print match)
  textpeak messages wait --from 12025550143 --direction incoming --timeout 30s

Messages from the last five minutes also count, unless you set --since.";
pub(super) const MESSAGES_FOLLOW: &str = "\
Examples:
  textpeak messages follow
  textpeak messages follow --stream 'OTP Germany' -o json | jq .text";
pub(super) const WEBHOOKS_TEST: &str = "\
Examples:
  textpeak webhooks test 'OTP Germany'";
pub(super) const WEBHOOKS_DELIVERIES: &str = "\
Examples:
  textpeak webhooks deliveries --state dead
  textpeak webhooks deliveries --stream 'OTP Germany' --since 1h -o json";
pub(super) const WEBHOOKS_ENABLE: &str = "\
Examples:
  textpeak webhooks enable 'OTP Germany'";
pub(super) const WEBHOOKS_DISABLE: &str = "\
Examples:
  textpeak webhooks disable 'OTP Germany'";
pub(super) const WEBHOOKS_REDELIVER: &str = "\
Examples:
  textpeak webhooks redeliver 01890a5d-ac96-774b-bcce-b302099a8057
  textpeak webhooks redeliver --dead --stream 'OTP Germany'
  textpeak webhooks redeliver --since 24h

A webhook that was turned off by 410 (Gone) is turned on again.";
pub(super) const ROUTES_LIST: &str = "\
Examples:
  textpeak routes list";
pub(super) const ROUTES_SHOW: &str = "\
Examples:
  textpeak routes show
  textpeak routes show berlin -o json

Anyone who has the address for incoming messages can add messages to your streams: share it only \
with the carrier.";
pub(super) const ROUTES_ADD: &str = "\
Examples:
  textpeak routes add --token-file token.txt
  textpeak routes add hosted --token-file token.txt --account-key-file key.txt
  textpeak routes add berlin --base-url https://sms.example.com --token-file - --stream Alerts
  textpeak routes add acme --smpp smsc.example.com --system-id acme --password-file password.txt

Messages of live streams are saved first, then sent in batches, at most once. Without a route, \
they end in no_routes. The account API is known from public callers only.";
pub(super) const ROUTES_EDIT: &str = "\
Examples:
  textpeak routes edit hosted --only-to 1202,1303 --daily-limit 1000
  textpeak routes edit staging --redirect-to 12025550143
  textpeak routes edit acme --window 50 --rate 200

--stream, --only-to, and --incoming-field replace the values of the route.";
pub(super) const ROUTES_TEST: &str = "\
Examples:
  textpeak routes test";
pub(super) const ROUTES_REMOVE: &str = "\
Examples:
  textpeak routes remove berlin";
pub(super) const LISTEN: &str = "\
Examples:
  textpeak listen Orders
  textpeak listen Orders --forward-to http://localhost:3000/sms

What came since the last time is handed on first. The stream's own webhook is not affected. \
Without textpeak serve, this command hears the routes of live streams itself.";
pub(super) const MESSAGES_ASSIGN: &str = "\
Examples:
  textpeak messages list --unmatched
  textpeak messages assign 01890a5d-ac96-774b-bcce-b302099a8057 --stream Orders";
pub(super) const OPTOUTS_LIST: &str = "\
Examples:
  textpeak optouts list --stream Orders

A handset opts out with a reply that is only STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, OPTOUT, \
or REVOKE, and in again with START or UNSTOP.";
pub(super) const OPTOUTS_ADD: &str = "\
Examples:
  textpeak optouts add Orders 12025550143";
pub(super) const OPTOUTS_REMOVE: &str = "\
Examples:
  textpeak optouts remove Orders 12025550143";
pub(super) const SERVE: &str = "\
Examples:
  textpeak serve
  textpeak serve --listen 127.0.0.1:0 --delivery-delay 100ms --log json

The gateway is ready when it prints the address that it listens on. Changes to streams apply to the \
next request. After Ctrl-C or SIGTERM, requests have up to ten seconds to finish.";
pub(super) const DELETE: &str = "\
Examples:
  textpeak streams delete 'OTP Germany'
  textpeak streams delete 'OTP Germany' 'OTP France' --yes";
pub(super) const SENDERS_LIST: &str = "\
Examples:
  textpeak senders list";
pub(super) const SENDERS_ADD: &str = "\
Examples:
  textpeak senders add GLOBAL 12025550143";
pub(super) const COMPLETIONS: &str = "\
Examples:
  source <(textpeak completions bash)                       # in ~/.bashrc
  source <(textpeak completions zsh)                        # in ~/.zshrc, after compinit
  textpeak completions fish > ~/.config/fish/completions/textpeak.fish
  textpeak completions powershell | Out-String | Invoke-Expression   # in $PROFILE
  eval (textpeak completions elvish | slurp)                # in rc.elv";
pub(super) const WEBHOOKS_VERIFY: &str = "\
Examples:
  textpeak webhooks verify --secret-file secret.txt < request.txt
  textpeak webhooks verify --secret-file secret.txt --headers headers.txt --body body.json
  pbpaste | textpeak webhooks verify --secret-file secret.txt --headers headers.txt --body - -o json

A raw request is the request line, the headers, an empty line, and the body. Exits with 0 if the \
signature is valid, and with 4 if it isn't. To print the secret, use streams show STREAM --reveal.";
pub(super) const WEBHOOKS_LISTEN: &str = "\
Examples:
  textpeak webhooks listen
  textpeak webhooks listen --port 0 --fail 2
  textpeak webhooks listen --status 503 --delay 5s --stream 'OTP Germany' -o json

Set a stream's --webhook-url to the printed address. Message texts are shown. A delivery with a \
wrong signature gets 401; one that can't be verified gets 200 and a note.";
pub(super) const HOME_SHOW: &str = "\
Examples:
  textpeak home show
  textpeak home show --home postgres://sms@db.example.com/sms -o json";
pub(super) const HOME_INIT: &str = "\
Examples:
  textpeak home init --home postgres://sms@db.example.com/sms

Reads the password from PGPASSWORD, ~/.pgpass, or the URL in TEXTPEAK_HOME.";
pub(super) const HOME_COPY: &str = "\
Examples:
  textpeak home copy --from ~/.local/share/textpeak --to postgres://sms@db.example.com/sms
  textpeak home copy --from postgres://sms@db.example.com/sms --to ./backup

Stop every gateway of the source first. A copy that was interrupted left nothing: start it again.";
