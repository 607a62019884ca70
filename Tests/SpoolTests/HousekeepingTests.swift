import Foundation
import GRDB
import Glibc
import Testing
import Wire

@testable import Spool

@Suite struct HousekeepingTests {
    private func housekeeping(_ parts: Parts, _ text: String) async throws -> Housekeeping {
        let load: @Sendable () throws -> SettingsResolver = {
            try SettingsResolver.resolve(
                file: SettingsResolver.File(path: "limner.yaml", text: text), environment: [:],
                flags: [SettingsResolver.Flag(name: "--root", key: "root", value: parts.root.path)])
        }
        return Housekeeping(
            queue: parts.queue, outbox: parts.outbox, settings: SettingsBox(try load(), load: load),
            notifier: ServiceNotifier(environment: [:]), logger: Parts.quiet,
            audit: Audit(folders: parts.root.paths, reader: parts.queue.reader), tally: Tally(),
            reconciler: await parts.reconcile())
    }

    private func finished(_ parts: Parts, _ count: Int, settled: Bool) async throws -> [JobIdentifier] {
        for number in 0..<count { try parts.root.drop("identify/\(number).jpg", "\(number)") }
        await parts.look()
        var ids: [JobIdentifier] = []
        while let job = try parts.queue.claim() {
            let decided = try #require(try parts.queue.decide(job.id, .done, in: [.running]))
            if settled {
                try parts.outbox.conclude(decided, Outbox.End(conclusion: .done, why: "test"))
            } else {
                try parts.queue.end(decided, .done)
            }
            ids.append(job.id)
        }
        return ids
    }

    @Test func originalsThatWereLeftBehindFollow() async throws {
        let parts = try Parts()
        let house = try await housekeeping(parts, "")
        let ids = try await finished(parts, 3, settled: false)
        // One cannot go: its folder is none.
        let folder = parts.root.paths.claimed(of: ids[1])
        rename(folder, parts.root.path + "/away")
        try parts.root.write(folder, "in the way")
        #expect(await house.chores())
        #expect(try parts.queue.unsettled().map(\.id) == [ids[1]])
        #expect(parts.root.files("done").count == 2)
        #expect(parts.troubles.sentences.contains { $0.contains(ids[1].text) })
        unlink(folder)
        rename(parts.root.path + "/away", folder)
        #expect(await house.chores(), "there was something to do")
        #expect(await !house.chores())
        #expect(parts.root.files("done").count == 3)
        #expect(parts.troubles.sentences.isEmpty)
    }

    @Test func whatIsOldGoesAndWhatCannotGoIsNamed() async throws {
        let parts = try Parts()
        let house = try await housekeeping(parts, "retention:\n  originals: 1s\n  outbox: 1s\n")
        let ids = try await finished(parts, 3, settled: true)
        func set(_ state: String) async throws {
            try await parts.queue.pool.write {
                try $0.execute(sql: "UPDATE job SET state = ? WHERE id = ?", arguments: [state, ids[1].text])
            }
        }
        try await set("dreaming")
        _ = await house.chores(now: Date.now.addingTimeInterval(60))
        #expect(parts.root.files("done") == ["\(ids[1])/1.jpg"])
        #expect(parts.troubles.sentences.contains { $0.contains("done/\(ids[1])") })
        try await set("done")
        _ = await house.chores(now: Date.now.addingTimeInterval(60))
        #expect(parts.root.files("done").isEmpty)
        #expect(parts.troubles.sentences.isEmpty)
    }
}
