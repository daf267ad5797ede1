# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_handoffd_global_optspecs
    string join \n config= json mailbox= h/help V/version
end

function __fish_handoffd_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_handoffd_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_handoffd_using_subcommand
    set -l cmd (__fish_handoffd_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c handoffd -n "__fish_handoffd_needs_command" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_needs_command" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_needs_command" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_needs_command" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_needs_command" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "run" -d 'Run the daemon in the foreground'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "init" -d 'Ask ten questions, and write settings and first articles that `check` accepts, beside the file that --config names'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "check" -d 'Name every problem of settings, articles and templates'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "login" -d 'Walk through the way to an access token (Microsoft 365, Google) and log in to both servers with it'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "read" -d 'Show what a mail says: who, what is new, what is quoted, what kind of sender'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "explain" -d 'Show what would be decided about a mail, why, and the mails that would leave; sends nothing'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "test" -d 'Play the admin\'s own conversations and say where they do not go as they should; sends nothing'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "replay" -d 'Show what would have been done with a whole old mailbox, and where people answered otherwise; sends nothing'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "evaluate" -d 'Measure decisions or intents on labelled mails'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "export" -d 'Write everything that is stored as JSON lines, as of one moment: backup, move, upgrade'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "import" -d 'Make the store that was exported, in a folder that holds none'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "recover" -d 'Go on with a store that may be older than the mailbox (a backup, an export), or with what is left of a damaged one: nothing is answered twice. handoffd must be stopped'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "status" -d 'How it goes'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "tickets" -d 'The newest tickets'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "ticket" -d 'The whole story of one ticket, with each decision\'s reasons'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "outbox" -d 'Mails that wait, are in doubt or were given up'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "drafts" -d 'Drafts that wait for a yes'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "quarantine" -d 'What was kept aside (not taken for staff\'s or a customer\'s) and what was set aside (no part could handle it)'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "journal" -d 'The latest events of all tickets; with `--verify`, whether anything was changed since it was recorded'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "forget" -d 'Remove everything that is stored about a person; counts stay'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "compact" -d 'Write the store anew, so that its files hold nothing of what was deleted'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "numbers" -d 'How well it goes: answers and what came of them, hand-offs and why, promises, drafts, by day, article, team and reason'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "autonomy" -d 'What articles have earned: the stage of each (shadow, draft, answer), its record, what is needed, and how it came there'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "learned" -d 'What staff\'s confirmations taught: what, by whom, in which ticket'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "learn" -d 'What staff\'s confirmations taught: what, by whom, in which ticket'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "unlearn" -d 'Take back what was learned'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "change-key" -d 'Change the key of all secret addresses: a new one makes them from now on'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "articles" -d 'The articles, and what came of each'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "letter" -d 'The weekly letter as it would read now: what was handled, what went well and what did not, what to write next, which articles may do more'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "approve" -d 'Say yes to the draft that waits in a ticket: it is sent, or waits for a second yes'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "refuse" -d 'Say no to the draft that waits in a ticket: a person answers'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "close" -d 'Close a ticket'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "resume" -d 'Let automatic mail go again, where the brake was pulled'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "retry" -d 'Try a mail again now'
complete -c handoffd -n "__fish_handoffd_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c handoffd -n "__fish_handoffd_using_subcommand run" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand run" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand run" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand run" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand run" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand init" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand init" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand init" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand init" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand init" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand check" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand check" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand check" -l online -d 'Also log in to the IMAP and SMTP servers and to the database of the journal, and ask each lookup about a made-up address'
complete -c handoffd -n "__fish_handoffd_using_subcommand check" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand check" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand check" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand login" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand login" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand login" -l again -d 'Ask a person again, even where a grant is kept that still works (device-code)'
complete -c handoffd -n "__fish_handoffd_using_subcommand login" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand login" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand login" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand read" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand read" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand read" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand read" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand read" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand explain" -l ticket -d 'The same for the mails of this ticket that packets still hold' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand explain" -l at -d 'The time at which the mail is taken to arrive (RFC 3339); the mail\'s own date otherwise' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand explain" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand explain" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand explain" -l recorded -d 'Make the recorded decisions about these mails again, on the past as it was: the same to the byte, or what has changed. Opens the store: stop the daemon first'
complete -c handoffd -n "__fish_handoffd_using_subcommand explain" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand explain" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand explain" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand test" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand test" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand test" -l show -d 'Also show each step\'s decision and the mails that left'
complete -c handoffd -n "__fish_handoffd_using_subcommand test" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand test" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand test" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -l folder -d 'Also the mails of this folder of the mailbox on its server, which is read and nothing else. More than once for several' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -l html -d 'Also write a page with plots, one file that needs nothing else' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -l against -d 'Also go through it with these settings, and tell which decisions change' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -l save -d 'Write tickets as conversations for `handoffd test` into this folder, with other names and numbers: those of the mails that --choose names, or else those worth a look' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -l choose -d 'A mail by the name that the table has for it (`inbox.mbox:12`). More than once for several' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand replay" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and not __fish_seen_subcommand_from desk intents help" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and not __fish_seen_subcommand_from desk intents help" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and not __fish_seen_subcommand_from desk intents help" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and not __fish_seen_subcommand_from desk intents help" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and not __fish_seen_subcommand_from desk intents help" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and not __fish_seen_subcommand_from desk intents help" -f -a "desk" -d 'Labelled mails against the configured articles: is each decision right?'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and not __fish_seen_subcommand_from desk intents help" -f -a "intents" -d 'Intent classification alone, on tab-separated text and label (label `oos`: none)'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and not __fish_seen_subcommand_from desk intents help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -l mails -d 'Labelled mails, one JSON object a line' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -l limit -d 'Only the first N mails' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -l taught -d 'Labelled mails that count as confirmed by staff before the others are measured' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -l misses -d 'List each mail whose decision is wrong'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from desk" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l train -d 'Examples to learn from' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l test -d 'Examples to be measured on; of a file with a column `split` the rows `test`' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l shots -d 'Learn from only N examples of each intent' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l seed -d 'Which N examples: the same seed takes the same; 0 takes the published ones (split `train_N`) where there are such' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l models -d 'The folder of the models of meaning; without it, as the daemon looks for it' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l embedding -d 'Which model of meaning is used' -r -f -a "best\t'The transformer, else the table, else none'
static\t'The table of word meanings'
none\t'None'"
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from intents" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from help" -f -a "desk" -d 'Labelled mails against the configured articles: is each decision right?'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from help" -f -a "intents" -d 'Intent classification alone, on tab-separated text and label (label `oos`: none)'
complete -c handoffd -n "__fish_handoffd_using_subcommand evaluate; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c handoffd -n "__fish_handoffd_using_subcommand export" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand export" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand export" -l with-key -d 'Also the keys of secret addresses: whoever has the file can pass for us'
complete -c handoffd -n "__fish_handoffd_using_subcommand export" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand export" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand export" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand import" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand import" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand import" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand import" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand import" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand recover" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand recover" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand recover" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand recover" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand recover" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand status" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand status" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand status" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand status" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand status" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand tickets" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand tickets" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand tickets" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand tickets" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand tickets" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand ticket" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand ticket" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand ticket" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand ticket" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand ticket" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand outbox" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand outbox" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand outbox" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand outbox" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand outbox" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand drafts" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand drafts" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand drafts" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand drafts" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand drafts" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand quarantine" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand quarantine" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand quarantine" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand quarantine" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand quarantine" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand journal" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand journal" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand journal" -l verify -d 'Go through the whole store and name what is not as it was recorded'
complete -c handoffd -n "__fish_handoffd_using_subcommand journal" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand journal" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand journal" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand forget" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand forget" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand forget" -l now -d 'Also what is open: nobody will answer it'
complete -c handoffd -n "__fish_handoffd_using_subcommand forget" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand forget" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand forget" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand compact" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand compact" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand compact" -l new-chain -d 'The chain of commits begins anew as well: what is stored stays, what earlier commits say of themselves goes'
complete -c handoffd -n "__fish_handoffd_using_subcommand compact" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand compact" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand compact" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand numbers" -l days -d 'Of so many days, today among them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand numbers" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand numbers" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand numbers" -l prometheus -d 'As Prometheus reads it, for its textfile collector'
complete -c handoffd -n "__fish_handoffd_using_subcommand numbers" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand numbers" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand numbers" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and not __fish_seen_subcommand_from advance back help" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and not __fish_seen_subcommand_from advance back help" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and not __fish_seen_subcommand_from advance back help" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and not __fish_seen_subcommand_from advance back help" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and not __fish_seen_subcommand_from advance back help" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and not __fish_seen_subcommand_from advance back help" -f -a "advance" -d 'Let an article go on to the stage above, which it has earned'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and not __fish_seen_subcommand_from advance back help" -f -a "back" -d 'Take an article back to the stage below'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and not __fish_seen_subcommand_from advance back help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from advance" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from advance" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from advance" -l anyway -d 'Whatever its record: by your word alone'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from advance" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from advance" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from advance" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from back" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from back" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from back" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from back" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from back" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from help" -f -a "advance" -d 'Let an article go on to the stage above, which it has earned'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from help" -f -a "back" -d 'Take an article back to the stage below'
complete -c handoffd -n "__fish_handoffd_using_subcommand autonomy; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c handoffd -n "__fish_handoffd_using_subcommand learned" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand learned" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand learned" -l review -d 'Only what a person should look at: what stands against the articles, then what was learned of answers by hand'
complete -c handoffd -n "__fish_handoffd_using_subcommand learned" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand learned" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand learned" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand learn" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand learn" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand learn" -l review -d 'Only what a person should look at: what stands against the articles, then what was learned of answers by hand'
complete -c handoffd -n "__fish_handoffd_using_subcommand learn" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand learn" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand learn" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand unlearn" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand unlearn" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand unlearn" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand unlearn" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand unlearn" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand change-key" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand change-key" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand change-key" -l forget-earlier -d 'What earlier keys made is worth nothing from now on: somebody else may know them'
complete -c handoffd -n "__fish_handoffd_using_subcommand change-key" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand change-key" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand change-key" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand articles" -l days -d 'Of so many days, today among them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand articles" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand articles" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand articles" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand articles" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand articles" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand letter" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand letter" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand letter" -l send -d 'Send it now instead, to the admin and the teams'
complete -c handoffd -n "__fish_handoffd_using_subcommand letter" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand letter" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand letter" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand approve" -l draft -d 'The draft\'s number: refused where another one waits meanwhile' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand approve" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand approve" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand approve" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand approve" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand approve" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand refuse" -l draft -d 'The draft\'s number' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand refuse" -l why -d 'Why, for the team' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand refuse" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand refuse" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand refuse" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand refuse" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand refuse" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand close" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand close" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand close" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand close" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand close" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand resume" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand resume" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand resume" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand resume" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand resume" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand retry" -l config -d 'The settings' -r -F
complete -c handoffd -n "__fish_handoffd_using_subcommand retry" -l mailbox -d 'Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them' -r
complete -c handoffd -n "__fish_handoffd_using_subcommand retry" -l json -d 'One JSON object a line on standard output'
complete -c handoffd -n "__fish_handoffd_using_subcommand retry" -s h -l help -d 'Print help'
complete -c handoffd -n "__fish_handoffd_using_subcommand retry" -s V -l version -d 'Print version'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "run" -d 'Run the daemon in the foreground'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "init" -d 'Ask ten questions, and write settings and first articles that `check` accepts, beside the file that --config names'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "check" -d 'Name every problem of settings, articles and templates'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "login" -d 'Walk through the way to an access token (Microsoft 365, Google) and log in to both servers with it'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "read" -d 'Show what a mail says: who, what is new, what is quoted, what kind of sender'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "explain" -d 'Show what would be decided about a mail, why, and the mails that would leave; sends nothing'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "test" -d 'Play the admin\'s own conversations and say where they do not go as they should; sends nothing'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "replay" -d 'Show what would have been done with a whole old mailbox, and where people answered otherwise; sends nothing'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "evaluate" -d 'Measure decisions or intents on labelled mails'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "export" -d 'Write everything that is stored as JSON lines, as of one moment: backup, move, upgrade'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "import" -d 'Make the store that was exported, in a folder that holds none'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "recover" -d 'Go on with a store that may be older than the mailbox (a backup, an export), or with what is left of a damaged one: nothing is answered twice. handoffd must be stopped'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "status" -d 'How it goes'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "tickets" -d 'The newest tickets'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "ticket" -d 'The whole story of one ticket, with each decision\'s reasons'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "outbox" -d 'Mails that wait, are in doubt or were given up'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "drafts" -d 'Drafts that wait for a yes'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "quarantine" -d 'What was kept aside (not taken for staff\'s or a customer\'s) and what was set aside (no part could handle it)'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "journal" -d 'The latest events of all tickets; with `--verify`, whether anything was changed since it was recorded'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "forget" -d 'Remove everything that is stored about a person; counts stay'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "compact" -d 'Write the store anew, so that its files hold nothing of what was deleted'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "numbers" -d 'How well it goes: answers and what came of them, hand-offs and why, promises, drafts, by day, article, team and reason'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "autonomy" -d 'What articles have earned: the stage of each (shadow, draft, answer), its record, what is needed, and how it came there'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "learned" -d 'What staff\'s confirmations taught: what, by whom, in which ticket'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "unlearn" -d 'Take back what was learned'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "change-key" -d 'Change the key of all secret addresses: a new one makes them from now on'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "articles" -d 'The articles, and what came of each'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "letter" -d 'The weekly letter as it would read now: what was handled, what went well and what did not, what to write next, which articles may do more'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "approve" -d 'Say yes to the draft that waits in a ticket: it is sent, or waits for a second yes'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "refuse" -d 'Say no to the draft that waits in a ticket: a person answers'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "close" -d 'Close a ticket'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "resume" -d 'Let automatic mail go again, where the brake was pulled'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "retry" -d 'Try a mail again now'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and not __fish_seen_subcommand_from run init check login read explain test replay evaluate export import recover status tickets ticket outbox drafts quarantine journal forget compact numbers autonomy learned unlearn change-key articles letter approve refuse close resume retry help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and __fish_seen_subcommand_from evaluate" -f -a "desk" -d 'Labelled mails against the configured articles: is each decision right?'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and __fish_seen_subcommand_from evaluate" -f -a "intents" -d 'Intent classification alone, on tab-separated text and label (label `oos`: none)'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and __fish_seen_subcommand_from autonomy" -f -a "advance" -d 'Let an article go on to the stage above, which it has earned'
complete -c handoffd -n "__fish_handoffd_using_subcommand help; and __fish_seen_subcommand_from autonomy" -f -a "back" -d 'Take an article back to the stage below'
