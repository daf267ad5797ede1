//! How the pages look and whether everybody can use them: in a headless Chromium, narrow and wide, light and dark, looked through by axe-core, which
//! `make axe` fetches. Without a browser or without axe the test says so and passes; `make page-screens` brings both and leaves the pictures under
//! target/page/.

use super::client::{Door, PageWorld};
use super::drafts::WHOLESALE_QUESTION;
use super::world::{BROKEN_TEAPOT, CARE, DELIVERY_ANSWER, DELIVERY_QUESTION};
use std::path::{Path, PathBuf};
use std::process::Command;

const PHONE_WIDTH: u32 = 390;
const DESK_WIDTH: u32 = 1280;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

pub fn browser() -> Option<&'static str> {
    let known = ["chromium", "chromium-browser", "google-chrome"];
    known
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok())
}

fn axe() -> Option<String> {
    std::fs::read_to_string(root().join("target/tools/axe/axe.min.js")).ok()
}

#[test]
fn everybody_can_use_every_page() {
    let folder = root().join("target/page");
    let (Some(browser), Some(axe)) = (browser(), axe()) else {
        println!(
            "SKIPPED: no page was looked at in a browser; `make page-screens` brings Chromium and axe-core and does"
        );
        return;
    };
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let page = PageWorld::new(Door::WithToken);
    let ticket = fill(&page);
    let visitor = page.come_in();
    let style = visitor.get("/page.css").body;
    std::fs::write(folder.join("axe.js"), axe).unwrap();
    let mut shown: Vec<(String, String)> = [
        ("now", "/".to_owned()),
        ("tickets", "/tickets".to_owned()),
        ("found-none", "/tickets?q=nothing-like-it".to_owned()),
        ("ticket", format!("/ticket/{ticket}?said=closed")),
        ("drafts", "/drafts".to_owned()),
        ("articles", "/articles".to_owned()),
        ("numbers", "/numbers".to_owned()),
        ("nothing-there", "/nothing".to_owned()),
    ]
    .map(|(name, path)| (name.to_owned(), visitor.get(&path).body))
    .to_vec();
    shown.push(("login".to_owned(), page.get("/login").body));
    let mut violations = Vec::new();
    for (name, html) in &shown {
        let html = in_one_file(html, &style);
        for is_dark in [false, true] {
            for width in [PHONE_WIDTH, DESK_WIDTH] {
                let light = if is_dark { "dark" } else { "light" };
                let view = View {
                    browser,
                    file: folder.join(format!("{name}-{width}-{light}.html")),
                    width,
                    is_dark,
                };
                let found = view.look(&html);
                if found != "[]" {
                    violations.push(format!("{name}, {width} px, {light}: {found}"));
                }
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
    as_it_is_served(browser, &page, &folder);
}

/// Mails of several kinds; the ticket of the longest story.
fn fill(page: &PageWorld) -> String {
    let world = &page.world;
    let ann = world.customer("ann");
    ann.writes("When will it come?", DELIVERY_QUESTION);
    ann.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    for (name, subject) in [("lea", "Wholesale"), ("noor", "أسعار الجملة")] {
        let letter = world.customer(name).writes(subject, WHOLESALE_QUESTION);
        assert_eq!(world.outcome_of(&letter), "Drafted");
    }
    let ben = world.customer("ben");
    let letter = ben.writes("Broken teapot, and a subject that goes on for long without saying anything more than that it is broken", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &ben, "the packet", |_| true);
    let notice = ben.receives("the notice", |mail| mail.says("person"));
    let more = ben.replies(
        &notice,
        &format!("It is the blue one. {}", "averylongword".repeat(30)),
    );
    world.outcome_of(&more);
    world.settle();
    packet.ticket().unwrap().to_owned()
}

/// The page with its style inside, as a file holds it.
pub fn in_one_file(html: &str, style: &str) -> String {
    let (before, rest) = html
        .split_once("<link rel=\"stylesheet\"")
        .expect("a style sheet");
    let (_, after) = rest.split_once('>').unwrap();
    format!("{before}<style>{style}</style>{after}")
}

pub struct View<'v> {
    pub browser: &'v str,
    pub file: PathBuf,
    pub width: u32,
    pub is_dark: bool,
}

impl View<'_> {
    /// Takes a picture alone.
    pub fn picture(&self, html: &str) {
        let source = html.replace('&', "&amp;").replace('"', "&quot;");
        let (width, height) = (self.width, 2400);
        let frame = format!(
            "<!DOCTYPE html><html lang=\"en\"><body style=\"margin:0\"><iframe title=\"page\" width=\"{width}\" height=\"{height}\" \
             style=\"border:0\" srcdoc=\"{source}\"></iframe></body></html>"
        );
        std::fs::write(&self.file, frame).unwrap();
        let picture = self.file.with_extension("png");
        let mut command = headless(self.browser, self.is_dark);
        command
            .arg(format!("--screenshot={}", picture.display()))
            .arg(format!("--window-size={},{height}", self.width.max(500)))
            .arg(format!("file://{}", self.file.display()));
        let _ = command.output().expect("a browser that starts");
        assert!(picture.exists(), "no picture {}", picture.display());
    }

    /// Takes a picture, and says what axe found, as JSON; a page that must be scrolled sideways is a finding as well.
    fn look(&self, html: &str) -> String {
        // A window cannot be as narrow as a phone, a frame can.
        let look = "const page = document.getElementById('frame').contentWindow; const root = page.document.documentElement; \
            page.axe.run(page.document).then(found => { \
                const all = found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(', ')); \
                if (root.scrollWidth > root.clientWidth) all.push('wider than the screen: ' + root.scrollWidth); \
                document.title = 'FOUND ' + JSON.stringify(all); })";
        let html = html.replace("</head>", "<script src=\"axe.js\"></script></head>");
        let source = html.replace('&', "&amp;").replace('"', "&quot;");
        let (width, height) = (self.width, 1600);
        let frame = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta name=\"color-scheme\" content=\"light dark\"><title>x</title></head>\
             <body style=\"margin:0\"><iframe id=\"frame\" title=\"page\" width=\"{width}\" height=\"{height}\" style=\"border:0\" srcdoc=\"{source}\"></iframe>\
             <script>onload = () => {{ {look} }}</script></body></html>"
        );
        std::fs::write(&self.file, frame).unwrap();
        let url = format!("file://{}", self.file.display());
        let picture = self.file.with_extension("png");
        let mut command = headless(self.browser, self.is_dark);
        command
            .args([
                "--allow-file-access-from-files",
                "--virtual-time-budget=20000",
                "--dump-dom",
            ])
            .arg(format!("--screenshot={}", picture.display()))
            .arg(format!("--window-size={},{height}", self.width.max(500)))
            .arg(&url);
        let output = command.output().expect("a browser that starts");
        assert!(picture.exists(), "no picture {}", picture.display());
        let dom = String::from_utf8_lossy(&output.stdout).into_owned();
        let title = dom.split("<title>").nth(1);
        let title = title.and_then(|rest| rest.split("</title>").next());
        let found = title.and_then(|title| title.strip_prefix("FOUND "));
        found
            .unwrap_or_else(|| panic!("axe did not end on {}", self.file.display()))
            .to_owned()
    }
}

fn headless(browser: &str, is_dark: bool) -> Command {
    let mut command = Command::new(browser);
    command.args([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
    ]);
    if is_dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    command
}

/// Under its own policy, from its own address: the style is taken, and nothing is refused by the browser.
fn as_it_is_served(browser: &str, page: &PageWorld, folder: &Path) {
    let picture = folder.join("served-login.png");
    let output = headless(browser, false)
        .args(["--enable-logging=stderr", "--window-size=800,600"])
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("http://127.0.0.1:{}/login", page.port))
        .output()
        .expect("a browser that starts");
    assert!(picture.exists());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("Content Security Policy"), "{said}");
}
