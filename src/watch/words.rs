//! What a trouble is called, what it means and what to do about it, in English and German. `docs/admin.md` says more.

use super::Kind;

/// The words for one kind of trouble.
pub(super) struct Words {
    /// Its name for people, good as a subject.
    pub(super) title: &'static str,
    /// What it means, and what to do.
    pub(super) remedy: &'static str,
}

const fn words(title: &'static str, remedy: &'static str) -> Words {
    Words { title, remedy }
}

/// In English.
pub(super) const fn english(kind: Kind) -> Words {
    match kind {
        Kind::Store => words(
            "The store cannot be used",
            "Nothing is handled and nothing is sent until it can; mail waits on the server. Look for a full disk, a failing disk or changed rights.",
        ),
        Kind::Inbox => words(
            "The inbox cannot be read",
            "No mail is fetched; it waits on the server and nothing is lost. `handoffd check --online` tries the login.",
        ),
        Kind::Smtp => words(
            "The SMTP server takes no mail from us",
            "Mails wait in the outbox, none is lost. `handoffd check --online` tries the login; what cannot leave for too long ([smtp] \
             retry_give_up_after_seconds: 5 days unless you set it) is given up, and told.",
        ),
        Kind::Token => words(
            "handoffd gets no access token",
            "As long as this lasts no mail is fetched, and none leaves where the SMTP server wants a token as well. `handoffd login` walks you through \
             it; the running handoffd notices by itself when it is mended.",
        ),
        Kind::Part => words(
            "A part of handoffd stands still",
            "Under systemd it is started again by the watchdog; elsewhere restart it, and please report it with the log.",
        ),
        Kind::Brake => words(
            "Automatic mail is stopped",
            "Everything goes to people. Look who writes (`handoffd tickets`); `handoffd resume` lets automatic mail go again.",
        ),
        Kind::Outbox => words(
            "Mails wait in the outbox for long",
            "The server can be reached and yet does not take them. `handoffd outbox` shows each with the server's words; `handoffd retry ID` tries one \
             at once.",
        ),
        Kind::Lookup => words(
            "A lookup gives no answers",
            "Mails are handled without what it knows, and packets say so. Look at the program or the server; `handoffd check --online` asks it once. It \
             is tried again by itself with a mail now and then.",
        ),
        Kind::Webhook => words(
            "A webhook is not told what happened",
            "Its receiver does not take it; it is tried again until [[webhook]] give_up_after_hours is over. Mails do not wait for it.",
        ),
        Kind::WebhookLost => words(
            "A webhook will not be told something",
            "Its receiver did not take it in time. `handoffd tickets` knows what happened: bring the other side up to date by hand.",
        ),
        Kind::Reload => words(
            "Changed files were not taken",
            "What was loaded before stays in force, whole. `handoffd check` names every problem; correct them and reload.",
        ),
        Kind::Disk => words(
            "The disk of the store is nearly full",
            "When it is full nothing is handled any more. Make room; [store] keep_sent_days, keep_texts_days and keep_tickets_days say how long \
             things are kept.",
        ),
        Kind::SetAside => words(
            "A mail was set aside and needs a person",
            "It lies in the inbox with the keywords `$Handoff Quarantined`. Read it in a mail client and answer it by hand.",
        ),
        Kind::Lost => words(
            "A mail of handoffd could not be delivered",
            "It belongs to no ticket, or its team could not be told. `handoffd outbox` shows it; `handoffd retry ID` tries it again.",
        ),
        Kind::Broken => words(
            "A promise to a customer was not kept",
            "The team was told, and the customer where that could be. Look at the ticket (`handoffd ticket ID`): somebody must answer it.",
        ),
        Kind::Untold => words(
            "A promise came due and nobody could be told",
            "Look at the ticket (`handoffd ticket ID`), and correct the templates `reminder`, `delay` and `notice`.",
        ),
        Kind::LeftAlone => words(
            "A mail was left alone that carries $Handoff and is not on record",
            "It lay there when handoffd was started. If somebody moved it here from another mailbox of a handoffd, take its keyword `$Handoff` away and \
             copy it to a new place in the folder: then it is handled. If the store came from a backup, run `handoffd recover`: what stands there was \
             answered.",
        ),
        Kind::Autonomy => words(
            "An article went back a stage",
            "It sends nothing by itself until it has earned that again. `handoffd autonomy` shows its record; read the last answers, and correct its \
             text or its `ask` phrases.",
        ),
        Kind::Clock => words(
            "The clock of the machine leapt",
            "Promises are looked at after the inbox. If the machine did not sleep, look at its time service.",
        ),
    }
}

/// In German.
pub(super) const fn german(kind: Kind) -> Words {
    match kind {
        Kind::Store => words(
            "Der Speicher kann nicht benutzt werden",
            "Bis dahin wird nichts bearbeitet und nichts gesendet; Mail wartet auf dem Server. Sehen Sie nach, ob der Datenträger voll oder defekt \
             ist oder Rechte verändert sind.",
        ),
        Kind::Inbox => words(
            "Der Posteingang kann nicht gelesen werden",
            "Es wird keine Mail geholt; sie wartet auf dem Server, nichts geht verloren. `handoffd check --online` versucht die Anmeldung.",
        ),
        Kind::Smtp => words(
            "Der SMTP-Server nimmt keine Mail von uns an",
            "Mails warten im Ausgang, keine geht verloren. `handoffd check --online` versucht die Anmeldung; was zu lange nicht hinauskann \
             ([smtp] retry_give_up_after_seconds: 5 Tage, wenn Sie nichts anderes setzen), wird aufgegeben und gemeldet.",
        ),
        Kind::Token => words(
            "handoffd bekommt kein Zugriffstoken (handoffd gets no access token)",
            "Solange das dauert, wird keine Mail geholt, und wo auch der SMTP-Server ein Token will, geht keine hinaus. `handoffd login` führt \
             hindurch; das laufende handoffd merkt selbst, wenn es behoben ist.",
        ),
        Kind::Part => words(
            "Ein Teil von handoffd steht still",
            "Unter systemd startet ihn der Watchdog neu; sonst starten Sie handoffd neu, und melden Sie es bitte mit dem Protokoll.",
        ),
        Kind::Brake => words(
            "Automatische Mails sind angehalten",
            "Alles geht an Menschen. Sehen Sie nach, wer schreibt (`handoffd tickets`); `handoffd resume` lässt automatische Mails wieder zu.",
        ),
        Kind::Outbox => words(
            "Mails warten lange im Ausgang",
            "Der Server ist erreichbar und nimmt sie doch nicht. `handoffd outbox` zeigt jede mit den Worten des Servers; `handoffd retry ID` versucht \
             eine sofort.",
        ),
        Kind::Lookup => words(
            "Eine Abfrage ([[lookup]]) gibt keine Antworten",
            "Mails werden ohne das bearbeitet, was sie weiß, und die Übergaben sagen es. Sehen Sie nach dem Programm oder dem Server; `handoffd check \
             --online` fragt einmal. Hin und wieder versucht es eine Mail von selbst erneut.",
        ),
        Kind::Webhook => words(
            "Ein Webhook erfährt nicht, was geschah",
            "Sein Empfänger nimmt es nicht an; es wird weiter versucht, bis [[webhook]] give_up_after_hours vorüber ist. Mails warten nicht darauf.",
        ),
        Kind::WebhookLost => words(
            "Ein Webhook wird etwas nicht erfahren",
            "Sein Empfänger nahm es nicht rechtzeitig an. `handoffd tickets` weiß, was geschah: Bringen Sie die andere Seite von Hand auf den Stand.",
        ),
        Kind::Reload => words(
            "Geänderte Dateien wurden nicht übernommen",
            "Was vorher geladen war, gilt weiter, im Ganzen. `handoffd check` nennt jeden Fehler; beheben Sie sie und laden Sie neu.",
        ),
        Kind::Disk => words(
            "Der Datenträger des Speichers ist fast voll",
            "Ist er voll, wird nichts mehr bearbeitet. Schaffen Sie Platz; [store] keep_sent_days, keep_texts_days und keep_tickets_days sagen, wie \
             lange etwas bleibt.",
        ),
        Kind::SetAside => words(
            "Eine Mail wurde beiseitegelegt und braucht einen Menschen",
            "Sie liegt im Posteingang mit den Schlüsselwörtern `$Handoff Quarantined`. Lesen Sie sie in einem Mailprogramm und antworten Sie von Hand.",
        ),
        Kind::Lost => words(
            "Eine Mail von handoffd konnte nicht zugestellt werden",
            "Sie gehört zu keinem Ticket, oder ihr Team war nicht zu erreichen. `handoffd outbox` zeigt sie; `handoffd retry ID` versucht sie erneut.",
        ),
        Kind::Broken => words(
            "Eine Zusage an einen Kunden wurde nicht gehalten",
            "Das Team weiß es, und der Kunde, wo das ging. Sehen Sie das Ticket an (`handoffd ticket ID`): Jemand muss es beantworten.",
        ),
        Kind::Untold => words(
            "Eine Zusage wurde fällig, und niemand konnte es erfahren",
            "Sehen Sie das Ticket an (`handoffd ticket ID`), und berichtigen Sie die Vorlagen `reminder`, `delay` und `notice`.",
        ),
        Kind::LeftAlone => words(
            "Eine Mail blieb liegen, die $Handoff trägt und nicht verzeichnet ist",
            "Sie lag beim Start von handoffd schon da. Wurde sie aus einem anderen Postfach eines handoffd hierher verschoben, nehmen Sie ihr das \
             Schlüsselwort `$Handoff` und kopieren Sie sie an eine neue Stelle im Ordner: Dann wird sie bearbeitet. Kam der Speicher aus einer \
             Sicherung, rufen Sie `handoffd recover` auf: Was da liegt, ist beantwortet.",
        ),
        Kind::Autonomy => words(
            "Ein Artikel ging eine Stufe zurück",
            "Er sendet nichts von selbst, bis er sich das wieder verdient hat. `handoffd autonomy` zeigt, warum; lesen Sie die letzten Antworten, und \
             berichtigen Sie seinen Text oder seine `ask`-Sätze.",
        ),
        Kind::Clock => words(
            "Die Uhr der Maschine ist gesprungen",
            "Zusagen werden nach dem Posteingang angesehen. Hat die Maschine nicht geschlafen, sehen Sie nach ihrem Zeitdienst.",
        ),
    }
}
