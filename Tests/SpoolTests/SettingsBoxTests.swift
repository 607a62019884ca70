import Foundation
import Synchronization
import Testing
import Wire

@testable import Spool

@Suite struct SettingsBoxTests {
    private func resolver(_ text: String) throws -> SettingsResolver {
        try SettingsResolver.resolve(
            file: SettingsResolver.File(path: "limner.yaml", text: text), environment: [:], flags: [])
    }

    @Test func aReloadSaysWhatChanged() throws {
        let text = Mutex("intake:\n  stability: 1s\n")
        let box = SettingsBox(try resolver(text.withLock { $0 })) { try resolver(text.withLock { $0 }) }
        #expect(try box.reload().isEmpty)
        text.withLock { $0 = "intake:\n  stability: 5s\nretries:\n  max: 7\n" }
        let changes = try box.reload()
        #expect(changes.map(\.key) == ["intake.stability", "retries.max"])
        #expect(changes.map(\.new) == ["5s", "7"])
        #expect(box.current.intake.stability == .seconds(5))
        #expect(box.answer.entries.first { $0.key == "retries.max" }?.value == "7")
    }

    @Test func someSettingsWaitForTheNextStart() throws {
        let text = Mutex("root: /one\nworkers:\n  count: 1\n")
        let box = SettingsBox(try resolver(text.withLock { $0 })) { try resolver(text.withLock { $0 }) }
        text.withLock { $0 = "root: /two\nworkers:\n  count: 3\n" }
        let changes = try box.reload()
        #expect(changes.count == 2)
        #expect(changes.allSatisfy { $0.description.hasSuffix("takes effect at the next start") })
        #expect(box.current.root == "/one")
        #expect(box.current.workers.count == 1)
        #expect(box.answer.entries.first { $0.key == "root" }?.value == "/one")
    }

    @Test func everyFixedSettingStaysAsItIs() throws {
        let values = [
            "root": "/two", "workers.count": "3", "intake.mode": "poll", "faces.keyFile": "/key",
            "metrics.port": "9100", "logging.format": "json",
        ]
        let text = Mutex("root: /one\n")
        let box = SettingsBox(try resolver(text.withLock { $0 })) { try resolver(text.withLock { $0 }) }
        let before = box.current
        #expect(Set(values.keys) == Set(SettingsBox.fixed))
        text.withLock { $0 = values.map { "\($0.key): \($0.value)\n" }.joined() }
        let changes = try box.reload()
        #expect(changes.count == values.count)
        #expect(changes.allSatisfy { $0.description.hasSuffix("takes effect at the next start") })
        #expect(box.current == before)
    }

    @Test func mistakesLeaveTheOldSettingsInForce() throws {
        let text = Mutex("retries:\n  max: 4\n")
        let box = SettingsBox(try resolver(text.withLock { $0 })) { try resolver(text.withLock { $0 }) }
        text.withLock { $0 = "retries:\n  max: many\nunknown: 1\n" }
        #expect(throws: SettingsError.self) { try box.reload() }
        #expect(box.current.retries.max == 4)
    }

    @Test func theWorkerSeesACleanEnvironment() throws {
        var settings = try resolver("").settings
        let plain = WorkerCommand(settings: settings, executable: "/w", cores: 8)
        #expect(plain.environment["OPENBLAS_CORETYPE"] == nil)
        #expect(Set(plain.environment.keys) == ["PATH", "LANG", "TZ", "SWIFT_BACKTRACE", "OPENBLAS_NUM_THREADS"])
        #expect(!plain.arguments.contains("--memory-limit"))
        let all = try #require(plain.arguments.firstIndex(of: "--threads"))
        #expect(plain.arguments[all + 1] == "8")
        settings.engine.openblasCoreType = "Haswell"
        settings.workers.memoryLimitMB = 2048
        settings.engine.threads = 2
        let tuned = WorkerCommand(settings: settings, executable: "/w", cores: 8)
        #expect(tuned.environment["OPENBLAS_CORETYPE"] == "Haswell")
        #expect(tuned.arguments.suffix(2) == ["--memory-limit", "2048"])
        let threads = try #require(tuned.arguments.firstIndex(of: "--threads"))
        #expect(tuned.arguments[threads + 1] == "2")
    }
}
