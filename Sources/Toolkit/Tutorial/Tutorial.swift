/// A walk through the commands: `ottla help tutorial`, and the manual page ottla-tutorial(7).
///
/// Lines that begin with `# ` are headings, those that are indented are what a terminal shows: commands behind `$ `, then what they print on standard
/// output. `...` stands for any lines. A test plays all of it.
enum Tutorial {
    /// Paragraphs are lines that go together; an empty line ends each.
    static let text = """
        Ottla is Kafka's command-line tools and a Kafka broker in one file. This walk
        starts a broker, writes and reads records, looks at a consumer group and shows
        what is there for scripts. Every command can be typed as it stands.

        # A BROKER

        A broker is there as soon as it is called. It keeps its data in a directory and
        listens on this machine only, unless it is told otherwise:

            $ ottla serve --data-dir tutorial --listen localhost:9092 &
            ...

        It speaks Kafka's protocol and keeps Kafka's files, so every Kafka client can
        talk to it. The tools below work the same way against any other Kafka cluster:
        give them its address.

        # TOPICS

        Records are written to topics. A topic has partitions, each a log of its own:

            $ ottla topics --bootstrap-server localhost:9092 --create \\
                --topic orders --partitions 3
            Created topic orders.
            $ ottla topics --bootstrap-server localhost:9092 --list
            orders

        --describe shows where partitions are, and which settings a topic has.

        # WRITING AND READING

        The console producer makes a record of each line. With these properties the
        words before the colon are the keys. Records with the same key go to the same
        partition, and stay in order there:

            $ printf '%s\\n' alice:book bob:lamp carol:chair alice:pen |
                ottla console-producer --bootstrap-server localhost:9092 \\
                --topic orders --reader-property parse.key=true \\
                --reader-property key.separator=:

        The console consumer prints records as they come. Here it reads as a member of
        the group billing, from the beginning, and ends after four of them. Sorting
        makes up for partitions, which come in any order:

            $ ottla console-consumer --bootstrap-server localhost:9092 \\
                --topic orders --group billing --from-beginning \\
                --max-messages 4 --formatter-property print.key=true | sort
            alice\tbook
            alice\tpen
            bob\tlamp
            carol\tchair

        # GROUPS

        A group remembers how far it has read. When another record arrives, the group
        is behind by one, which is its lag. That nobody is reading at the moment is
        said as well, on standard error:

            $ echo dave:cup | ottla console-producer \\
                --bootstrap-server localhost:9092 --topic orders \\
                --reader-property parse.key=true --reader-property key.separator=:
            $ ottla consumer-groups --bootstrap-server localhost:9092 \\
                --describe --group billing | cut -c 17-78

            TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG
            orders          0          3               3               0
            orders          1          0               1               1
            orders          2          1               1               0

        A group without members can be sent back, to read everything once more. Without
        --execute this only shows what would be done:

            $ ottla consumer-groups --bootstrap-server localhost:9092 \\
                --group billing --topic orders --reset-offsets --to-earliest \\
                --execute

            GROUP           TOPIC           PARTITION  NEW-OFFSET
            billing         orders          0          0
            billing         orders          1          0
            billing         orders          2          0

        # SCRIPTS

        What the tools print as text is what Kafka's tools print, to the byte. Commands
        that print rows can print them as JSON as well, with --output json for one
        document, or jsonl for an object a line:

            $ ottla topics --bootstrap-server localhost:9092 --list --output json
            {"version":1,"command":"topics","topics":[...]}

        Records survive the way through JSON without a loss, bytes, headers and
        timestamps included, so a topic can be copied, or kept in a file:

            $ ottla topics --bootstrap-server localhost:9092 --create --topic copy
            Created topic copy.
            $ ottla console-consumer --bootstrap-server localhost:9092 \\
                --topic orders --from-beginning --max-messages 5 \\
                --output jsonl > orders.jsonl
            $ ottla console-producer --bootstrap-server localhost:9092 \\
                --topic copy --input jsonl < orders.jsonl
            $ ottla get-offsets --bootstrap-server localhost:9092 --topic copy
            copy:0:5

        A failure is one line on standard error and an exit code that says what kind of
        failure it was. 'ottla help exit-codes' lists them:

            $ ottla topics --bootstrap-server localhost:9092 --describe \\
                --topic nothing 2> error || echo "exit code $?"
            exit code 3
            $ cat error
            ottla topics: Topic 'nothing' does not exist as expected

        # KAFKA'S NAMES

        Under the name of one of Kafka's tools the same file behaves as that tool, down
        to its exit codes. 'make install' makes such links for all of them:

            $ ln -s "$(command -v ottla)" kafka-topics
            $ ./kafka-topics --bootstrap-server localhost:9092 --list
            __consumer_offsets
            copy
            orders

        # ON FROM HERE

        'ottla help' lists the commands, and 'ottla help COMMAND' their options, also
        by Kafka's names. 'ottla completion bash', zsh or fish prints a script that
        completes all of them, and the names of topics and groups with them.

        The broker stops when it is asked to, and finds its data again when it is
        started anew:

            $ kill %1
            $ wait
            $ rm -r tutorial orders.jsonl error kafka-topics

        """

    /// A piece of the text.
    enum Part: Equatable {
        case heading(String)
        case paragraph(String)
        /// Lines as a terminal shows them, without the indentation.
        case terminal([String])
    }

    /// The text in its parts.
    static var parts: [Part] {
        var parts: [Part] = []
        var open: [Substring] = []
        func close() {
            while open.last?.isEmpty == true { open.removeLast() }
            guard let first = open.first else { return }
            if first.hasPrefix("    ") {
                parts.append(.terminal(open.map { String($0.dropFirst(4)) }))
            } else if first.hasPrefix("# ") {
                parts.append(.heading(String(first.dropFirst(2))))
            } else {
                parts.append(.paragraph(open.joined(separator: " ")))
            }
            open = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isShown = line.hasPrefix("    "), wasShown = open.first?.hasPrefix("    ") == true
            // An empty line between two that are shown is shown itself.
            if line.isEmpty ? !wasShown : isShown != wasShown { close() }
            if !(line.isEmpty && open.isEmpty) { open.append(line) }
        }
        close()
        return parts
    }

    /// The manual page.
    static var page: String {
        var text = ManPage.head("ottla-tutorial", section: 7)
        text += ".SH NAME\nottla\\-tutorial \\- a walk through Ottla's commands and its broker\n.SH DESCRIPTION\n"
        for (part, previous) in zip(parts, [nil] + parts.map(Optional.some)) {
            switch part {
            case .heading(let title): text += ".SH \(ManPage.escape(title))\n"
            case .paragraph(let words):
                if case .heading = previous {} else if previous != nil { text += ".PP\n" }
                text += ManPage.paragraph(words)
            case .terminal(let lines):
                text += ".PP\n.in +4n\n.EX\n" + lines.map { ManPage.literal($0) + "\n" }.joined() + ".EE\n.in\n"
            }
        }
        return text + ".SH SEE ALSO\n.BR ottla (1)\n"
    }
}
