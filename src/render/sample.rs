//! A request as a program that sends it: the same URL, headers and body in other languages.

use serde_json::Value;

use crate::api::HttpRequest;

/// Python, with the `requests` package.
pub fn python(request: &HttpRequest, reveal: bool) -> String {
    let headers: String = lines(request, reveal, |name, value| {
        format!("        {}: {},\n", quoted(name), quoted(value))
    });
    format!(
        "import requests\n\nresponse = requests.request(\n    {},\n    {},\n    headers={{\n{headers}    }},\n    json={},\n    allow_redirects=False,\n    timeout=30,\n)\nprint(response.status_code, response.text)",
        quoted(request.method),
        quoted(&request.url),
        indented(&python_literal(&request.body), 4),
    )
}

/// JavaScript, with the `fetch` of Node.js 18 and newer.
pub fn node(request: &HttpRequest, reveal: bool) -> String {
    let headers = lines(request, reveal, |name, value| {
        format!("    {}: {},\n", quoted(name), quoted(value))
    });
    format!(
        "const response = await fetch({}, {{\n  method: {},\n  headers: {{\n{headers}  }},\n  body: JSON.stringify({}),\n  redirect: \"manual\",\n}});\nconsole.log(response.status, await response.text());",
        quoted(&request.url),
        quoted(request.method),
        indented(&pretty(&request.body), 2),
    )
}

/// PHP, with its curl extension.
pub fn php(request: &HttpRequest, reveal: bool) -> String {
    let headers = lines(request, reveal, |name, value| {
        format!("        {},\n", php_string(&format!("{name}: {value}")))
    });
    format!(
        "<?php\n$request = curl_init({});\ncurl_setopt_array($request, [\n    CURLOPT_CUSTOMREQUEST => {},\n    CURLOPT_HTTPHEADER => [\n{headers}    ],\n    CURLOPT_POSTFIELDS => {},\n    CURLOPT_RETURNTRANSFER => true,\n    CURLOPT_TIMEOUT => 30,\n]);\n$body = curl_exec($request);\necho curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $body, PHP_EOL;",
        php_string(&request.url),
        php_string(request.method),
        php_string(&request.body_text()),
    )
}

/// Go, with its standard library.
pub fn go(request: &HttpRequest, reveal: bool) -> String {
    let headers = lines(request, reveal, |name, value| {
        format!(
            "\trequest.Header.Set({}, {})\n",
            quoted(name),
            quoted(value)
        )
    });
    format!(
        "package main\n\nimport (\n\t\"fmt\"\n\t\"io\"\n\t\"log\"\n\t\"net/http\"\n\t\"strings\"\n)\n\nfunc main() {{\n\tbody := strings.NewReader({})\n\trequest, err := http.NewRequest({}, {}, body)\n\tif err != nil {{\n\t\tlog.Fatal(err)\n\t}}\n{headers}\tresponse, err := http.DefaultClient.Do(request)\n\tif err != nil {{\n\t\tlog.Fatal(err)\n\t}}\n\tdefer response.Body.Close()\n\tanswer, err := io.ReadAll(response.Body)\n\tif err != nil {{\n\t\tlog.Fatal(err)\n\t}}\n\tfmt.Println(response.StatusCode, string(answer))\n}}",
        quoted(&request.body_text()),
        quoted(request.method),
        quoted(&request.url),
    )
}

fn lines(request: &HttpRequest, reveal: bool, line: impl Fn(&str, &str) -> String) -> String {
    request
        .headers
        .iter()
        .map(|(name, value)| line(name, value.text(reveal)))
        .collect()
}

/// A JSON string, which Python, JavaScript and Go read as the same text: it has no escape but
/// `\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t` and `\u00XX`.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn php_string(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// JSON as Python writes it: only three words differ.
fn python_literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(items) => bracketed('[', items.iter().map(python_literal), ']'),
        Value::Object(fields) => bracketed(
            '{',
            fields
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), python_literal(value))),
            '}',
        ),
    }
}

fn bracketed(open: char, items: impl Iterator<Item = String>, close: char) -> String {
    let items: String = items
        .map(|item| format!("    {},\n", indented(&item, 4)))
        .collect();
    if items.is_empty() {
        format!("{open}{close}")
    } else {
        format!("{open}\n{items}{close}")
    }
}

/// Indents every line but the first.
fn indented(text: &str, columns: usize) -> String {
    text.replace('\n', &format!("\n{}", " ".repeat(columns)))
}
