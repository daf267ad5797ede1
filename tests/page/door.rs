//! Who may look, who may act, and what comes in from elsewhere.

use super::client::{Door, PageWorld, TOKEN, free_port};
use super::mail_system::{PATIENCE, set, wait_until};
use super::world::{DELIVERY_ANSWER, DELIVERY_QUESTION};
use std::io::Write;
use std::net::{TcpListener, TcpStream};

#[test]
fn what_comes_from_elsewhere_is_refused_and_every_answer_binds_the_browser() {
    let page = PageWorld::new(Door::Open);
    let shown = page.get("/");
    assert_eq!(shown.status, 200, "{shown:?}");
    let policy = shown.header("Content-Security-Policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"));
    for (name, value) in [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "same-origin"),
    ] {
        assert_eq!(shown.header(name), Some(value), "{name}");
    }
    assert!(!shown.body.contains("<script") && !shown.body.contains("style="));

    // A name that points here, and requests of another page
    let host = "Host: evil.example";
    assert_eq!(page.ask("GET", "/", &[host], "").status, 421);
    assert_eq!(page.ask("GET", "/metrics", &[host], "").status, 421);
    let cross = "Sec-Fetch-Site: cross-site";
    assert_eq!(page.ask("GET", "/", &[cross], "").status, 403);
    for origin in ["Origin: http://evil.example", "Origin: null"] {
        let acted = page.ask("POST", "/close", &[origin], "ticket=K7QF2-M9XRT");
        assert_eq!(acted.status, 403, "{origin}: {acted:?}");
    }

    // Without a token nobody acts
    let origin = format!("Origin: http://127.0.0.1:{}", page.port);
    for path in ["/approve", "/refuse", "/close", "/retry", "/logout"] {
        let acted = page.ask("POST", path, &[&origin], "ticket=K7QF2-M9XRT&draft=1");
        assert_eq!(acted.status, 403, "{path}: {acted:?}");
    }
    for bearer in ["Authorization: Bearer ", "Authorization: Bearer x"] {
        let acted = page.ask("POST", "/close", &[bearer], "ticket=K7QF2-M9XRT");
        assert_eq!(acted.status, 403);
    }

    // What nobody asks for in earnest
    assert_eq!(page.get("/../etc/passwd").status, 404);
    assert_eq!(page.get("/ticket/%3Cscript%3E").status, 404);
    assert!(!page.get("/ticket/%3Cscript%3E").body.contains("<script"));
    let large = "q=".to_owned() + &"x".repeat(100_000);
    let refused = page.ask("POST", "/login", &[&origin], &large);
    assert!([413, 0].contains(&refused.status), "{}", refused.status);
    let head = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(100_000)
    );
    assert!(page.raw(head.as_bytes()).status != 200);
    assert_eq!(page.get("/").status, 200);
}

#[test]
fn with_a_token_nothing_of_a_mail_is_seen_before_it_is_known() {
    let page = PageWorld::new(Door::WithToken);
    for path in [
        "/",
        "/tickets",
        "/drafts",
        "/articles",
        "/numbers",
        "/ticket/K7QF2-M9XRT",
    ] {
        let shown = page.get(path);
        assert_eq!(
            (shown.status, shown.header("Location")),
            (303, Some("/login")),
            "{path}"
        );
    }
    assert_eq!(page.get("/login").status, 200);
    // Figures hold nothing of a mail.
    let metrics = page.get("/metrics");
    assert_eq!(metrics.status, 200);
    assert!(
        metrics
            .body
            .contains("handoffd_up{mailbox=\"\",of=\"now\",name=\"\"} 1"),
        "{}",
        metrics.body
    );
    assert_eq!(page.get("/numbers.json").status, 200);

    // A program sends it each time.
    let bearer = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(page.ask("GET", "/tickets", &[&bearer], "").status, 200);

    // A browser is known from then on, until it leaves
    let browser = page.come_in();
    assert_eq!(browser.get("/tickets").status, 200);
    let form = browser.form();
    assert_eq!(browser.post("/logout", "form=guessed").status, 403);
    assert_eq!(browser.get("/tickets").status, 200);
    // The right form from a browser that does not say where it comes from
    let silent = page.ask(
        "POST",
        "/logout",
        &[&browser.cookie],
        &format!("form={form}"),
    );
    assert_eq!(silent.status, 403);
    assert_eq!(browser.post("/logout", &format!("form={form}")).status, 303);
    assert_eq!(browser.get("/tickets").status, 303);

    // Who guesses is not listened to any more, not even with the right one
    let tried: Vec<u16> = (0..12)
        .map(|_| {
            page.ask("POST", "/login", &[&browser.origin], "token=guess")
                .status
        })
        .collect();
    assert!(
        tried.starts_with(&[403]) && tried.ends_with(&[429]),
        "{tried:?}"
    );
    let right = format!("token={}", TOKEN.replace(' ', "+"));
    assert_eq!(
        page.ask("POST", "/login", &[&browser.origin], &right)
            .status,
        429
    );
    let log = page.world.daemon.log_text();
    assert!(!log.contains(TOKEN) && !log.contains(&browser.cookie));
}

#[test]
fn visitors_who_hold_every_place_hold_up_no_mail() {
    let page = PageWorld::new(Door::Open);
    // Given connections that send half a request, and more than there is room for
    let slow: Vec<TcpStream> = (0..60)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", page.port)).expect("a page");
            stream.write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
            stream
        })
        .collect();
    // Then a customer is answered
    let customer = page.world.customer("ida");
    customer.writes("Delivery", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    // And who asks in earnest is answered while they still try
    let shown = page.get("/");
    assert_eq!(shown.status, 200, "{shown:?}");
    drop(slow);
}

#[test]
fn a_port_that_is_taken_is_told_and_mail_goes_on() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let page = PageWorld::with(Door::Open, |settings| {
        set(settings, "page.listen", format!("127.0.0.1:{port}"));
    });
    let daemon = &page.world.daemon;
    daemon.wait_for_log("there is no page");
    let customer = page.world.customer("jo");
    customer.writes("Delivery", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));

    // Another port, and a reload: the page is there
    let config = daemon.folder().join("handoffd.toml");
    let settings = std::fs::read_to_string(&config).unwrap();
    let free = free_port();
    let changed = settings.replace(&format!("127.0.0.1:{port}"), &format!("127.0.0.1:{free}"));
    std::fs::write(&config, changed).unwrap();
    daemon.signal("HUP");
    wait_until("the page", PATIENCE, || {
        TcpStream::connect(("127.0.0.1", free)).ok().map(|_| ())
    })
    .unwrap();
}

#[test]
fn on_a_socket_only_root_and_our_own_user_are_answered() {
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::CommandExt;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("page.sock");
    let _page = PageWorld::with(Door::Open, |settings| {
        set(
            settings,
            "page.listen",
            socket.to_string_lossy().into_owned(),
        );
    });
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut stream = UnixStream::connect(&socket).unwrap();
    stream
        .write_all(b"GET /tickets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");

    // Even where somebody has opened the way
    for (path, mode) in [(folder.path(), 0o755), (socket.as_path(), 0o666)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let asker = "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die; \
        print $s qq(GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n); $s->flush; print while <$s>;";
    let as_nobody = std::process::Command::new("perl")
        .args(["-e", asker])
        .arg(&socket)
        .current_dir("/")
        .uid(65534)
        .output();
    match as_nobody {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout), ""),
        Err(why) => println!("not root, so no other user was played: {why}"),
    }
}
