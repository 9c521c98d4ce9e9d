//! A deployment on a free port, which serves documents from memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

/// Serves the documents below `folder`, each changed by `change`; returns the root URL.
pub(crate) fn serve(folder: &Path, change: impl Fn(&mut Value)) -> String {
    let mut documents = BTreeMap::new();
    let mut references = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|it| it != "json") {
            continue;
        }
        let mut document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        change(&mut document);
        let path = match document["$id"].as_str() {
            Some(id) => id.trim_end_matches('#').to_owned(),
            None => {
                let service = document["serviceName"].as_str().unwrap();
                references.push(format!("/references/{service}/v1/exchanges.json"));
                references.last().unwrap().clone()
            }
        };
        documents.insert(path, document.to_string());
    }
    let manifest = json!({ "references": references });
    documents.insert("/references/manifest.json".to_owned(), manifest.to_string());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that disconnected gets no response.
            let _ = answer(&stream, &documents);
        }
    });
    root
}

fn answer(mut stream: &TcpStream, documents: &BTreeMap<String, String>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap_or(Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let document = request
        .split(' ')
        .nth(1)
        .and_then(|path| documents.get(path));
    let (status, body) = match document {
        Some(document) => ("200 OK", document.as_str()),
        None => ("404 Not Found", ""),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
