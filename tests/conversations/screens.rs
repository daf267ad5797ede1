//! How do our mails look on a screen? `make screens` writes the HTML of the mails of some conversations, takes pictures of them in a
//! headless Chromium, narrow like a phone and wide like a desk, and fails where somebody would have to scroll sideways.

use handoffd::journal::purpose_word;
use handoffd::rehearsal::{self, Left};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whose mails are shown: a short mail, a thread, German, two requests, files, a draft, an answer, a safety notice, another team.
const SHOWN: [&str; 9] = [
    "nothing-fits",
    "answer-did-not-help",
    "packet-in-german",
    "two-requests",
    "attachments-only",
    "draft-mode",
    "answer-in-german",
    "stop-safety",
    "staff-team",
];

/// The width of a phone, in CSS pixels.
const PHONE_WIDTH: u32 = 360;

/// What the page says of itself once it is measured: `MEASURED scroll-width client-width end-of-first-list`.
const MEASURED: &str = "MEASURED ";

#[test]
#[ignore = "needs Chromium; `make screens` runs it"]
fn screens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let pages = pages(&folder);
    println!("{} pages in {}", pages.len(), folder.display());
    let Some(browser) = browser() else {
        println!(
            "no pictures and nothing measured: Chromium is missing; on Debian `apt-get install --no-install-recommends chromium` brings it"
        );
        return;
    };
    let mut too_wide = Vec::new();
    for page in &pages {
        let narrow = in_frame(page);
        picture(
            browser,
            &narrow,
            &page.with_extension("phone.png"),
            500,
            640,
            false,
        );
        picture(
            browser,
            &narrow,
            &page.with_extension("phone-dark.png"),
            500,
            640,
            true,
        );
        picture(
            browser,
            page,
            &page.with_extension("desk.png"),
            1280,
            800,
            false,
        );
        let (scroll, client, first_list) = measured(browser, &narrow);
        let name = page.file_stem().unwrap().to_string_lossy().into_owned();
        println!("{name}: {scroll} of {client} px wide, first list ends at {first_list} px");
        if scroll > client {
            too_wide.push(name);
        }
    }
    assert!(
        too_wide.is_empty(),
        "at {PHONE_WIDTH} px these must be scrolled sideways: {too_wide:?}"
    );
}

/// The HTML of each mail, as a file.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let conversations = super::folder();
    let standard = conversations.join("desk/handoffd.toml");
    let mut pages = Vec::new();
    for name in SHOWN {
        let conversation = rehearsal::read(&conversations.join(format!("{name}.toml"))).unwrap();
        let settings = conversation.settings.clone().unwrap_or(standard.clone());
        let played = rehearsal::play(&conversation, &super::office(&settings)).expect("a journal");
        for step in &played.steps {
            for mail in &step.mails {
                let file = format!("{name}-{}-{}.html", step.number, purpose_word(mail.purpose));
                let page = folder.join(file);
                std::fs::write(&page, html(mail)).unwrap();
                pages.push(page);
            }
        }
    }
    pages
}

fn html(mail: &Left) -> String {
    let message = mail_parser::MessageParser::default()
        .parse(&mail.bytes)
        .unwrap();
    message.body_html(0).unwrap().into_owned()
}

fn browser() -> Option<&'static str> {
    let known = ["chromium", "chromium-browser", "google-chrome"];
    known
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok())
}

/// The page in a frame as narrow as a phone, since a window cannot be: it measures itself when it is loaded.
fn in_frame(page: &Path) -> PathBuf {
    let html = std::fs::read_to_string(page).unwrap();
    let source = html.replace('&', "&amp;").replace('"', "&quot;");
    let script = "const page = document.getElementById('frame').contentDocument; const root = page.documentElement; \
         const list = page.querySelector('ol, ul'); \
         document.title = 'MEASURED ' + root.scrollWidth + ' ' + root.clientWidth + ' ' + \
         (list ? Math.round(list.getBoundingClientRect().bottom) : 0);";
    let mut frame = String::from(
        "<!DOCTYPE html><html><head><meta name=\"color-scheme\" content=\"light dark\"></head><body style=\"margin:0\">",
    );
    let _ = write!(
        frame,
        "<iframe id=\"frame\" width=\"{PHONE_WIDTH}\" height=\"640\" style=\"border:0\" srcdoc=\"{source}\"></iframe>\
         <script>onload = () => {{ {script} }}</script></body></html>"
    );
    let file = page.with_extension("narrow.html");
    std::fs::write(&file, frame).unwrap();
    file
}

fn headless(browser: &str) -> Command {
    let mut command = Command::new(browser);
    command.args([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
    ]);
    command
}

fn picture(browser: &str, page: &Path, file: &Path, width: u32, height: u32, dark: bool) {
    let mut command = headless(browser);
    if dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    command
        .arg(format!("--screenshot={}", file.display()))
        .arg(format!("--window-size={width},{height}"))
        .arg(format!("file://{}", page.display()));
    command.output().expect("a browser that starts");
    assert!(file.exists(), "no picture {}", file.display());
}

fn measured(browser: &str, page: &Path) -> (u32, u32, u32) {
    let output = headless(browser)
        .arg("--dump-dom")
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("a browser that starts");
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let title = dom
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    let numbers = title.and_then(|title| title.strip_prefix(MEASURED));
    let numbers: Vec<u32> = (numbers.expect("a page that measured itself").split(' '))
        .map(|number| number.parse().unwrap())
        .collect();
    (numbers[0], numbers[1], numbers[2])
}
