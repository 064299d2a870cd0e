<?php
// A caller by PHP's curl, and a router for its own server that checks signatures by hand, as PHP's
// package needs a package manager.

function call($path, $token, $body)
{
    $request = curl_init(getenv('GATEWAY') . $path);
    curl_setopt_array($request, [
        CURLOPT_POST => true,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HTTPHEADER => ["Authorization: $token", 'Content-Type: application/json'],
        CURLOPT_POSTFIELDS => is_string($body) ? $body : json_encode($body),
    ]);
    $answer = curl_exec($request);
    return [curl_getinfo($request, CURLINFO_RESPONSE_CODE), json_decode($answer, true)];
}

if (PHP_SAPI === 'cli') {
    $token = getenv('TOKEN');
    $message = ['internal_id' => '1003', 'recipient_phone' => '12025550143', 'message_content' => 'Your code is 4711'];
    [$status, $sent] = call('/simple_send/', $token, ['messages' => [$message]]);
    $uuid = $sent['messages'][0]['message_uuid'];
    [, $known] = call('/messages_status/', $token, ['message_uuids' => [$uuid]]);
    $bad = array_merge($message, ['internal_id' => '1004', 'recipient_phone' => '+12025550143']);
    [, $mixed] = call('/simple_send/', $token, ['messages' => [$message, $bad]]);
    $refusals = [call('/simple_send/', 'nonsense', ['messages' => [$message]]), call('/simple_send/', $token, '{')];
    echo json_encode([
        'status' => $status, 'accepted' => $sent['status'], 'internal_id' => $sent['messages'][0]['internal_id'],
        'known' => $known['messages'][0]['message_uuid'] === $uuid,
        'again' => $mixed['messages'][0]['message_uuid'] === $uuid,
        'bad' => $mixed['messages'][1]['error'],
        'refusals' => array_map(fn($one) => [$one[0], $one[1]['status']], $refusals),
    ]), "\n";
    return;
}
// Standard Webhooks: the secret is base64 after its prefix; what is signed is id, timestamp and body,
// joined by dots; the header has one or more versions with their signatures; old timestamps are refused.
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'];
$timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'];
$key = base64_decode(substr(getenv('SECRET'), strlen('whsec_')), true);
$expected = base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
$genuine = false;
foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE']) as $signature) {
    [$version, $value] = explode(',', $signature, 2);
    $genuine = $genuine || ($version === 'v1' && hash_equals($expected, $value));
}
$genuine = $genuine && ctype_digit($timestamp) && abs(time() - (int) $timestamp) <= 300;
http_response_code($genuine ? 204 : 401);
if ($genuine) {
    $event = json_decode($body, true);
    $said = $event['type'] === 'message.received' ? $event['text'] : $event['status'];
    file_put_contents(getenv('RECEIVED'), $said . "\n", FILE_APPEND);
}
