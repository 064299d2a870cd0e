# A caller by curl alone: its answers, a line each, as "status body".
call() {
    curl --silent --max-time 10 --write-out ' %{http_code}\n' --header "Authorization: $2" \
        --header 'Content-Type: application/json' --data "$3" "$GATEWAY$1"
}
message='{"internal_id":"1003","recipient_phone":"12025550143","message_content":"Your code is 4711"}'
bad='{"internal_id":"1004","recipient_phone":"+12025550143","message_content":"Your code is 4711"}'
sent=$(call /simple_send/ "$TOKEN" "{\"messages\":[$message]}")
uuid=$(printf '%s' "$sent" | sed 's/.*"message_uuid":"\([^"]*\)".*/\1/')
echo "$sent"
call /messages_status/ "$TOKEN" "{\"message_uuids\":[\"$uuid\"]}"
call /simple_send/ "$TOKEN" "{\"messages\":[$message,$bad]}"
call /simple_send/ nonsense "{\"messages\":[$message]}"
call /simple_send/ "$TOKEN" "{"
