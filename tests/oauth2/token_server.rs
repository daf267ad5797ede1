//! A token server on loopback: tokens (RFC 6749), device codes (RFC 8628), signed words (RFC 7523), and what mail servers ask it about a token
//! (RFC 7662). It gives each token for real, forgets it when it ends or is revoked, and misbehaves where a test wants it to.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How the token server answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// As it should.
    Well,
    /// No, with code and words.
    Refuse(&'static str, String),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// The connection ends without a word.
    Cut,
    /// Nothing ever comes.
    Silence,
    /// A head, then bytes without end.
    Endless,
}

/// What it knows.
pub struct Book {
    /// The mailbox that its tokens are good for.
    pub user: String,
    pub answer: Answer,
    pub life_seconds: i64,
    /// What it says of the life of refresh tokens.
    pub refresh_token_life_seconds: Option<i64>,
    /// Whether each refresh token is good once.
    pub rotates: bool,
    /// The refresh token that is good now.
    pub refresh_token: String,
    pub client_secret: String,
    /// So often a device is told to wait, and to wait longer.
    pub pending: u32,
    pub slow_downs: u32,
    /// Of the service account, as DER.
    pub public_key: Vec<u8>,
    /// Each question to the token endpoint.
    pub asked: Vec<BTreeMap<String, String>>,
    /// Each token it ever gave.
    pub issued: Vec<String>,
    /// Each refresh token and device code it ever gave.
    pub secrets: Vec<String>,
    /// So often a mail server asked about a token that was no good.
    pub bad_tokens_seen: usize,
    good: BTreeMap<String, Instant>,
}

impl Book {
    pub fn revoke_all(&mut self) {
        self.good.clear();
    }

    fn new_secret(&mut self, what: &str) -> String {
        let secret = format!(
            "planted-{what}-{}-{}",
            self.secrets.len(),
            self.issued.len()
        );
        self.secrets.push(secret.clone());
        secret
    }

    fn grant(&mut self, with_refresh_token: bool) -> Value {
        let token = format!("planted-access.{}-~+/==", self.issued.len());
        let life = Duration::from_secs(u64::try_from(self.life_seconds).unwrap_or(0));
        self.good.insert(token.clone(), Instant::now() + life);
        self.issued.push(token.clone());
        let mut answer =
            json!({"token_type": "Bearer", "access_token": token, "expires_in": self.life_seconds});
        if with_refresh_token {
            answer["refresh_token"] = json!(self.refresh_token);
        }
        if let Some(life) = self.refresh_token_life_seconds {
            answer["refresh_token_expires_in"] = json!(life);
        }
        answer
    }

    fn is_good(&mut self, user: &str, token: &str) -> bool {
        let is_good = user == self.user
            && self
                .good
                .get(token)
                .is_some_and(|ends| Instant::now() < *ends);
        self.bad_tokens_seen += usize::from(!is_good);
        is_good
    }
}

/// It runs until the test ends.
#[derive(Clone)]
pub struct TokenServer {
    pub port: u16,
    book: Arc<Mutex<Book>>,
}

impl TokenServer {
    pub fn start(user: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let book = Book {
            user: user.to_owned(),
            answer: Answer::Well,
            life_seconds: 3600,
            refresh_token_life_seconds: None,
            rotates: false,
            refresh_token: "planted-first-refresh".to_owned(),
            client_secret: "planted-client-secret".to_owned(),
            pending: 0,
            slow_downs: 0,
            public_key: Vec::new(),
            asked: Vec::new(),
            issued: Vec::new(),
            secrets: vec!["planted".to_owned()],
            bad_tokens_seen: 0,
            good: BTreeMap::new(),
        };
        let server = Self {
            port,
            book: Arc::new(Mutex::new(book)),
        };
        let answering = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = answering.clone();
                std::thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut writer = stream;
        loop {
            let mut first = String::new();
            if reader.read_line(&mut first).ok()? == 0 {
                return None;
            }
            if let Some(message) = first.strip_prefix("CHECK ") {
                let verdict = self.check(message.trim());
                writer.write_all(verdict.as_bytes()).ok()?;
                return None;
            }
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).ok()? == 0 {
                    return None;
                }
                if line.trim().is_empty() {
                    break;
                }
                let (name, value) = line.split_once(':')?;
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().ok()?;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let form = read_form(&String::from_utf8_lossy(&body));
            let path = first.split(' ').nth(1)?.to_owned();
            let (status, answer) = match path.as_str() {
                "/introspect" => self.introspect(&form),
                "/token" | "/device" => {
                    let misbehaves = self.book().answer.clone();
                    match misbehaves {
                        Answer::Well => match path.as_str() {
                            "/token" => self.token(form),
                            _ => self.device(),
                        },
                        other => {
                            self.book().asked.push(form);
                            return misbehave(&other, &mut writer);
                        }
                    }
                }
                _ => (404, json!({})),
            };
            let body = answer.to_string();
            let head = format!(
                "HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            writer.write_all((head + &body).as_bytes()).ok()?;
        }
    }

    /// The whole message of XOAUTH2, as Exim got it.
    fn check(&self, message: &str) -> &'static str {
        let message = STANDARD.decode(message).unwrap_or_default();
        let message = String::from_utf8_lossy(&message).into_owned();
        let parts: Vec<&str> = message.split('\u{1}').collect();
        let [user, auth, "", ""] = parts.as_slice() else {
            return "no";
        };
        let user = user.strip_prefix("user=").unwrap_or_default();
        let token = auth.strip_prefix("auth=Bearer ").unwrap_or_default();
        match self.book().is_good(user, token) {
            true => "yes",
            false => "no",
        }
    }

    fn introspect(&self, form: &BTreeMap<String, String>) -> (u16, Value) {
        let mut book = self.book();
        let user = book.user.clone();
        let token = form.get("token").cloned().unwrap_or_default();
        let is_good = book.is_good(&user, &token);
        (200, json!({"active": is_good, "username": user}))
    }

    fn device(&self) -> (u16, Value) {
        let code = self.book().new_secret("device");
        let answer = json!({"device_code": code, "user_code": "WDJB-MJHT", "verification_uri": "https://microsoft.com/devicelogin",
            "expires_in": 60, "interval": 1});
        (200, answer)
    }

    fn token(&self, form: BTreeMap<String, String>) -> (u16, Value) {
        let no = |code: &str| (400, json!({"error": code, "error_description": "so it is"}));
        let mut book = self.book();
        book.asked.push(form.clone());
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        match field("grant_type") {
            "client_credentials" => match field("client_secret") == book.client_secret {
                true => (200, book.grant(false)),
                false => (
                    401,
                    json!({"error": "invalid_client",
                        "error_description": format!("AADSTS7000215: Invalid client secret provided: {}", field("client_secret"))}),
                ),
            },
            "refresh_token" => {
                if field("refresh_token") != book.refresh_token {
                    return no("invalid_grant");
                }
                let rotates = book.rotates;
                if rotates {
                    book.refresh_token = book.new_secret("refresh");
                }
                (200, book.grant(rotates))
            }
            "urn:ietf:params:oauth:grant-type:device_code" => {
                if book.slow_downs > 0 {
                    book.slow_downs -= 1;
                    return no("slow_down");
                }
                if book.pending > 0 {
                    book.pending -= 1;
                    return no("authorization_pending");
                }
                book.refresh_token = book.new_secret("refresh");
                (200, book.grant(true))
            }
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => {
                match is_signed(&book, field("assertion"), &self.url("token")) {
                    true => (200, book.grant(false)),
                    false => no("invalid_grant"),
                }
            }
            _ => no("unsupported_grant_type"),
        }
    }
}

fn misbehave(answer: &Answer, writer: &mut TcpStream) -> Option<()> {
    match answer {
        Answer::Well | Answer::Cut => {}
        Answer::Refuse(code, words) => {
            let body = json!({"error": code, "error_description": words}).to_string();
            let head = format!("HTTP/1.1 400 No\r\nContent-Length: {}\r\n\r\n", body.len());
            writer.write_all((head + &body).as_bytes()).ok()?;
        }
        Answer::Raw(bytes) => writer.write_all(bytes).ok()?,
        Answer::Silence => {
            // Until the other side goes away.
            let _ = writer.read(&mut [0]);
        }
        Answer::Endless => {
            writer.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
            while writer.write_all(&[b'x'; 4096]).is_ok() {}
        }
    }
    None
}

fn is_signed(book: &Book, word: &str, audience: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return false;
    };
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
        return false;
    };
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &book.public_key);
    let signed = format!("{header}.{claims}");
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    key.verify(signed.as_bytes(), &signature).is_ok()
        && claims["sub"] == json!(book.user)
        && claims["aud"] == json!(audience)
        && claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() == 3600
}

fn read_form(body: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'%' => {
                    let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                    let digits = String::from_utf8_lossy(&digits).into_owned();
                    bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
                }
                b'+' => bytes.push(b' '),
                byte => bytes.push(byte),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}
