extension ManualPage {
    /// An option that so many commands share is described once.
    private static let sharedBy = 4

    private static let files = Part.table(
        head: ["file", "meaning"],
        rows: [
            ["`/etc/limner/limner.yaml`", "The settings of the service."],
            [
                "`/var/lib/limner`",
                "The root of the service: inbox, outbox, styles, done, quarantine, and the private state.",
            ],
            ["`/var/lib/limner/state/models`", "The model store of the service."],
        ])

    /// limner(1): every command with its options.
    static func commands(_ limner: ProgramDescription.Command) -> ManualPage {
        let commands = limner.leaves()
        let uses = Dictionary(commands.flatMap { $0.command.shown }.map { ($0, 1) }, uniquingKeysWith: +)
        var shared: [ProgramDescription.Argument] = []
        for argument in commands.flatMap({ $0.command.shown }) {
            if uses[argument, default: 0] >= sharedBy, !shared.contains(argument) { shared.append(argument) }
        }
        // The exit statuses have a table of their own.
        let discussion = (limner.discussion ?? "").split(separator: "\n").filter { !$0.hasPrefix("Exit status: ") }
        let introduction = ([limner.abstract ?? ""] + discussion.map(String.init)).joined(separator: "\n\n")
        let parts = commands.flatMap { words, command -> [Part] in
            let own = command.shown.filter { !shared.contains($0) }
            let needed = own.filter { $0.isOperand || !$0.isOptional }.sorted { !$0.isOperand && $1.isOperand }
            let synopsis = ([words] + needed.map(\.short)).joined(separator: " ")
            let described = own.filter { !$0.meaning.isEmpty }
            return [
                .subheading(String(words.drop { $0 != " " }.dropFirst())),
                .code(synopsis + (own.count > needed.count ? " [option …]" : "")),
                .text(command.abstract ?? ""),
            ] + (command.discussion.map(Part.discussion) ?? [])
                + (described.isEmpty ? [] : [.table(of: described)])
        }
        return ManualPage(
            name: "limner", section: 1, file: "commands",
            summary: "the command line of Limner, an unattended studio for pictures",
            parts: [
                .heading("Synopsis"), .code("limner command [option …] [argument …]"),
                .heading("Description"), .text(introduction), .heading("Commands"),
            ] + parts + [
                .heading("Options of most commands"), .table(of: shared), .heading("Exit status"),
                .table(
                    head: ["status", "meaning"],
                    rows: CommandStatus.allCases.map { status in
                        let meaning = status.meaning
                        return ["`\(status.rawValue)`", meaning.prefix(1).uppercased() + meaning.dropFirst() + "."]
                    }),
                .heading("Files"), files,
            ])
    }

    /// limnerd(8): the daemon's options.
    static func daemon(_ limnerd: ProgramDescription.Command) -> ManualPage {
        let own = limnerd.shown.filter { !["version", "help"].contains($0.valueName) }
        return ManualPage(
            name: "limnerd", section: 8, file: "limnerd",
            summary: "the daemon of Limner, an unattended studio for pictures",
            parts: [
                .heading("Synopsis"), .code((["limnerd"] + own.map(\.short)).joined(separator: " ")),
                .heading("Description"), .text(limnerd.abstract ?? ""),
            ] + (limnerd.discussion.map(Part.discussion) ?? []) + [
                .heading("Options"), .table(of: limnerd.shown), .heading("Files"), files,
            ])
    }
}
