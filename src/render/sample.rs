//! Requests as a program that sends them: the same URLs, headers and bodies in other languages.

use serde_json::Value;

use crate::api::HttpRequest;

/// Python, with the `requests` package.
pub fn python(requests: &[&HttpRequest], reveal: bool) -> String {
    let call = |request: &&HttpRequest| {
        let headers = lines(request, reveal, |name, value| {
            format!("        {}: {},\n", quoted(name), quoted(value))
        });
        let (method, url) = (quoted(request.method), quoted(&request.url));
        let body = with_body(request, |body| {
            format!("    json={},\n", indented(&python_literal(body), 4))
        });
        format!(
            "response = requests.request(\n    {method},\n    {url},\n    headers={{\n{headers}    }},\n{body}    allow_redirects=False,\n    timeout=30,\n)\nprint(response.status_code, response.text)"
        )
    };
    format!("import requests\n\n{}", each(requests, call))
}

/// JavaScript, with the `fetch` of Node.js 18 and newer, as a module.
pub fn node(requests: &[&HttpRequest], reveal: bool) -> String {
    let call = |request: &&HttpRequest| {
        let headers = lines(request, reveal, |name, value| {
            format!("      {}: {},\n", quoted(name), quoted(value))
        });
        let (method, url) = (quoted(request.method), quoted(&request.url));
        let body = with_body(request, |body| {
            format!(
                "    body: JSON.stringify({}),\n",
                indented(&format!("{body:#}"), 4)
            )
        });
        format!(
            "{{\n  const response = await fetch({url}, {{\n    method: {method},\n    headers: {{\n{headers}    }},\n{body}    redirect: \"manual\",\n  }});\n  console.log(response.status, await response.text());\n}}"
        )
    };
    each(requests, call)
}

/// PHP, with its curl extension.
pub fn php(requests: &[&HttpRequest], reveal: bool) -> String {
    let call = |request: &&HttpRequest| {
        let headers = lines(request, reveal, |name, value| {
            format!("        {},\n", php_string(&format!("{name}: {value}")))
        });
        let (method, url) = (php_string(request.method), php_string(&request.url));
        let body = with_body(request, |_| {
            let text = php_string(&request.body_text());
            format!("    CURLOPT_POSTFIELDS => {text},\n")
        });
        format!(
            "$request = curl_init({url});\ncurl_setopt_array($request, [\n    CURLOPT_CUSTOMREQUEST => {method},\n    CURLOPT_HTTPHEADER => [\n{headers}    ],\n{body}    CURLOPT_RETURNTRANSFER => true,\n    CURLOPT_TIMEOUT => 30,\n]);\n$body = curl_exec($request);\necho curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $body, PHP_EOL;"
        )
    };
    format!("<?php\n{}", each(requests, call))
}

/// Go, with its standard library.
pub fn go(requests: &[&HttpRequest], reveal: bool) -> String {
    let call = |request: &&HttpRequest| {
        let headers = lines(request, reveal, |name, value| {
            format!("\t\t{}: {},\n", quoted(name), quoted(value))
        });
        let (method, url) = (quoted(request.method), quoted(&request.url));
        let body = quoted(&request.body_text());
        format!("\tcall({method}, {url}, {body}, map[string]string{{\n{headers}\t}})")
    };
    format!("{GO_HEAD}func main() {{\n{}\n}}", each(requests, call))
}

const GO_HEAD: &str = r#"package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
)

func call(method, url, body string, headers map[string]string) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode, string(answer))
}

"#;

fn each(requests: &[&HttpRequest], call: impl Fn(&&HttpRequest) -> String) -> String {
    requests.iter().map(call).collect::<Vec<_>>().join("\n\n")
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

fn with_body(request: &HttpRequest, line: impl FnOnce(&Value) -> String) -> String {
    request.body.as_ref().map_or_else(String::new, line)
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
