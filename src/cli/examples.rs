//! The text after each command's help: examples, and what its flags cannot say.

pub(super) const CREATE: &str = "\
Examples:
  textpeak streams create
  textpeak streams create --name 'OTP Germany' --ip 192.0.2.10 --tag otp --demo --no-input
  textpeak streams create --from-file stream.json -o json

Answers come from flags, then from --from-file, then from the wizard. Without a terminal, with
--no-input, or with CI set, nothing is asked and only --name is required.";
pub(super) const RESUME: &str = "\
Examples:
  textpeak streams resume 'OTP Germany'";
pub(super) const LIST: &str = "\
Examples:
  textpeak streams list
  textpeak streams list --limit 20 --page 2
  textpeak streams list -o json | jq -r '.items[].name'

In a pipe: a line a stream, cells apart by tabs, no header, nothing cut.";
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

Lists grow by --ip, --tag and --webhook-header and shrink by --remove-…; every other flag replaces.";
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

Ids, tokens and times stay out; header values stand as ${NAME} for the environment to fill in.";
pub(super) const PLAN: &str = "\
Examples:
  textpeak streams plan -f streams.yaml
  textpeak streams plan -f streams.yaml --prune -o json

Streams are matched by name. A header's ${NAME} without a value in the environment leaves the
stream's header as it is.";
pub(super) const APPLY: &str = "\
Examples:
  textpeak streams apply -f streams.yaml
  textpeak streams apply -f streams.yaml --prune --yes --tokens-out tokens.txt";
pub(super) const SCHEMA: &str = "\
Examples:
  textpeak streams schema > streams.schema.json

In a document, # yaml-language-server: $schema=streams.schema.json makes editors complete it.";
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

Exit 0 when all is well, 1 when something is found that was not mended.";
pub(super) const SEND: &str = "\
Examples:
  textpeak send 'OTP Germany' --to 12025550143 --text 'Your code is 4711' --wait
  textpeak send 'OTP Germany' --from-file people.csv --results results.jsonl
  textpeak send 'OTP Germany' --to 12025550143 --text Hi --dry-run

In a pipe: the message's id alone. A file is checked as a whole before anything is sent, and the
same file sends nothing twice. Numbers 1AAA55501NN are fictional; on a demo stream NN chooses how
the message comes out: 01 undelivered, 02 sent_failed, 03 no_routes, 04 rejected, 05 stays sent,
06 slow.";
pub(super) const STATUS: &str = "\
Examples:
  textpeak status --stream 'OTP Germany'
  textpeak status 01890a5d-ac96-774b-bcce-b302099a8057
  textpeak status --internal-id order-1003 -o json

The statuses are the hosted service's; sent means handed on and not yet final. The body of the
request is known from one public caller, the answer's shape is ours.";
pub(super) const REPLY: &str = "\
Examples:
  textpeak reply 'OTP Germany' --from 12025550143 --text 'Yes, please'

The message is kept before it is delivered. A running textpeak serve delivers it; without one this
command makes the first attempt itself.";
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

The newest message of the last five minutes counts as well, unless --since says otherwise.";
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

A webhook that was switched off by 410 (Gone) is switched on again.";
pub(super) const ROUTES_LIST: &str = "\
Examples:
  textpeak routes list";
pub(super) const ROUTES_ADD: &str = "\
Examples:
  textpeak routes add --token-file token.txt
  textpeak routes add berlin --base-url https://sms.example.com --token-file - --stream 'OTP Germany'

Messages of live streams are kept first, then handed on in batches, at most once. Without a route
they end in no_routes.";
pub(super) const ROUTES_TEST: &str = "\
Examples:
  textpeak routes test";
pub(super) const ROUTES_REMOVE: &str = "\
Examples:
  textpeak routes remove berlin";
pub(super) const SERVE: &str = "\
Examples:
  textpeak serve
  textpeak serve --listen 127.0.0.1:0 --delivery-delay 100ms --log json

Ready when it prints the address that it listens on. Changes to streams are in force for the next
request. Ctrl-C and SIGTERM let requests finish, for ten seconds at most.";
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

A raw request is the request line, the headers, an empty line and the body. Exit 0 when the
signature is valid, 4 when it isn't. streams show STREAM --reveal prints the secret.";
pub(super) const WEBHOOKS_LISTEN: &str = "\
Examples:
  textpeak webhooks listen
  textpeak webhooks listen --port 0 --fail 2
  textpeak webhooks listen --status 503 --delay 5s --stream 'OTP Germany' -o json

Set a stream's --webhook-url to the address that it prints. It shows message texts. A delivery
whose signature is wrong gets 401; one that can't be verified gets 200 and says so.";
