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
$body = file_get_contents('php://input');
$head = $_SERVER['HTTP_WEBHOOK_ID'] . '.' . $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] . '.';
$key = base64_decode(substr(getenv('SECRET'), 6));
$expected = 'v1,' . base64_encode(hash_hmac('sha256', $head . $body, $key, true));
$genuine = hash_equals($expected, $_SERVER['HTTP_WEBHOOK_SIGNATURE']);
http_response_code($genuine ? 204 : 401);
if ($genuine) {
    file_put_contents(getenv('RECEIVED'), json_decode($body, true)['text'] . "\n", FILE_APPEND);
}
