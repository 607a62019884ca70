import Spool
import Wire

extension StatusCommand {
    /// Shows where everything is.
    ///
    /// - Throws: ``CommandError/negative`` when something is unaccounted for.
    func prove(_ studio: Studio) async throws {
        let answer = try await studio.ask(
            live: { try await $0.proof() },
            offline: { reader in
                let settings = studio.settings
                return try await Audit(folders: settings.folders, reader: reader) { settings.ignoredNames }.proof()
            })
        if !answer.isLive { Terminal.say(Studio.offlineNote) }
        if json { try Terminal.answer(json: answer.value) } else { Terminal.answer(Self.lines(answer.value)) }
        guard answer.value.unaccounted == 0 else { throw CommandError.negative }
    }

    /// The equation, and what is wrong with it.
    static func lines(_ proof: ProofAnswer) -> [String] {
        let counts = proof.counts
        let states: [(String, Int)] = [
            ("queued", counts.waiting + counts.queued + counts.failed), ("running", counts.running),
            ("done", counts.done), ("quarantined", counts.quarantined), ("cancelled", counts.cancelled),
        ]
        let sum = states.map { "\($0.1) \($0.0)" }.joined(separator: " + ")
        var lines = [
            "\(counts.seen) seen = \(sum)", "\(proof.inbox) in the inbox, not taken yet",
            "\(proof.unaccounted) unaccounted",
        ]
        lines += proof.unread.map { "  inbox/\($0) could not be looked into; its files are not counted" }
        lines += proof.findings.map { "  \($0.kind.rawValue): \($0.explanation)" }
        let more = proof.unaccounted - proof.findings.count
        if more > 0 { lines.append("  and \(more) more") }
        if proof.unaccounted > 0 { lines.append("Please report this, with state/queue.sqlite and the daemon's log.") }
        return lines
    }
}
