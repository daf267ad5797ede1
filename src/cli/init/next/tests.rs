//! The commands are those that work on this machine.

use super::*;

fn from_a_checkout() -> Machine {
    Machine {
        program: "/src/target/dist/handoffd".into(),
        is_on_path: false,
        is_installed: false,
        has_unit: false,
    }
}

fn commands(config: &str, machine: &Machine) -> Vec<String> {
    let text = next(&Place::of(config.into()), machine);
    let indented = text.lines().filter_map(|line| line.strip_prefix("  "));
    let without_remark = indented.filter_map(|line| line.split("     #").next());
    without_remark.map(str::to_owned).collect()
}

#[test]
fn what_is_not_installed_is_called_by_its_path_with_its_settings() {
    let commands = commands("/srv/desk/handoffd.toml", &from_a_checkout());
    let with = "--config /srv/desk/handoffd.toml";
    assert_eq!(
        commands,
        [
            format!("/src/target/dist/handoffd replay {with} --html replay.html inbox.mbox sent.mbox"),
            format!("/src/target/dist/handoffd check {with} --online"),
            format!("/src/target/dist/handoffd replay {with} --folder INBOX --folder Sent --html replay.html"),
            format!("/src/target/dist/handoffd run {with}"),
            "install -m 755 /src/target/dist/handoffd /usr/bin/handoffd".to_owned(),
            "install -m 644 /srv/desk/handoffd.service /etc/systemd/system/handoffd.service".to_owned(),
            "install -D -m 644 /srv/desk/password.conf /etc/systemd/system/handoffd.service.d/password.conf".to_owned(),
            "systemctl daemon-reload && systemctl enable --now handoffd".to_owned(),
        ]
    );
}

#[test]
fn in_the_usual_place_the_program_is_installed_first_and_needs_no_path() {
    let usual = "/etc/handoffd/handoffd.toml";
    let said = commands(usual, &from_a_checkout());
    assert_eq!(
        said[..2],
        [
            "install -m 755 /src/target/dist/handoffd /usr/bin/handoffd",
            "handoffd replay --html replay.html inbox.mbox sent.mbox"
        ]
    );
    let of_a_package = Machine {
        program: "/usr/bin/handoffd".into(),
        is_on_path: true,
        is_installed: true,
        has_unit: true,
    };
    let said = commands(usual, &of_a_package);
    assert_eq!(said[1], "handoffd check --online");
    assert!(!said.iter().any(|command| command.contains("/usr/bin/")));
}

#[test]
fn what_the_unit_does_not_see_is_copied_to_where_it_does() {
    let said = commands("/root/my desk/handoffd.toml", &from_a_checkout());
    let copied = "cp -rT '/root/my desk' /etc/handoffd && sed -i 's|/root/my desk|/etc/handoffd|g' /etc/handoffd/handoffd.service /etc/handoffd/password.conf";
    assert_eq!(said[5], copied);
    assert!(
        said[6].contains(" /etc/handoffd/handoffd.service "),
        "{said:?}"
    );
    assert!(said[0].contains("--config '/root/my desk/handoffd.toml'"));
}
