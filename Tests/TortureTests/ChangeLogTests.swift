import Foundation
import Glibc
import Spool
import Subprocess
import Testing

@testable import Torture

/// The log that `limner-power-log` writes, by programs that know nothing of it.
@Suite struct ChangeLogTests {
    private static let library = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("liblimner-power-log.so").path

    /// Runs a shell script with the log on, and lends what the log says and what the folder holds.
    private func record(_ script: String, _ body: (ChangeLog, DiskModel, DiskImage) throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)")
            .resolvingSymlinksInPath().path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/root", withIntermediateDirectories: true)
        var status = stat()
        try #require(stat(folder + "/root", &status) == 0)
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LD_PRELOAD": Self.library,
            "LIMNER_POWER_ROOT": folder + "/root", "LIMNER_POWER_LOG": folder + "/changes",
        ]
        let result = try await Subprocess.run(
            .name("sh"), arguments: ["-e", "-c", "cd \"$0/root\"; \(script)", folder],
            environment: .custom(environment.map { Array("\($0.key)=\($0.value)\0".utf8) }),
            output: .discarded, error: .string(limit: 4096))
        #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
        let log = try ChangeLog(path: folder + "/changes")
        var model = DiskModel(root: UInt64(status.st_ino))
        for change in log.changes { try model.apply(change) }
        try body(log, model, try DiskImage(try Folder(path: folder + "/root")))
    }

    /// Making, writing, appending, cutting, copying, renaming, linking and removing.
    private static let everything = """
        mkdir -p a/b/c/
        printf one > a/one
        printf two >> a/one
        dd if=/dev/urandom of=a/b/noise bs=100000 count=1 iflag=fullblock
        cp a/b/noise copy
        cat copy >> a/b/noise
        truncate -s 70000 copy
        truncate -s 90000 copy
        dd if=/dev/zero of=copy bs=1000 seek=3 count=2 conv=notrunc
        mv a/one a/b/c/uno
        mv a/b away
        ln away/noise noise
        rm away/noise
        : > away/c/uno
        printf again > gone; rm gone
        mkdir empty; rmdir empty
        printf 'put over' > new; mv new copy
        """

    @Test func theWholeLogMakesTheFolder() async throws {
        try await record(Self.everything) { _, model, rest in
            var numbers = SeededNumbers(seed: 1)
            let image = model.image(after: .everything, using: &numbers)
            #expect(image.differences(from: rest) == [])
            guard case .folder(let entries) = rest else { return }
            #expect(entries.keys.sorted() == [FileName("a"), FileName("away"), FileName("copy"), FileName("noise")])
        }
    }

    @Test func aFileIsDurableWithItsSyncAndItsNameWithItsFolders() async throws {
        try await record("printf kept > kept; sync kept .; printf lost > lost; sync lost") { _, model, _ in
            var numbers = SeededNumbers(seed: 1)
            let image = model.image(after: .nothing, using: &numbers)
            #expect(image == .folder([FileName("kept"): .file(Array("kept".utf8))]))
        }
    }

    /// Programs that write at the same time share one order; a record is never cut by another.
    @Test func programsAtTheSameTimeShareOneLog() async throws {
        let loop = "for j in 1 2 3 4 5; do printf word >> \"file-$i-$j\"; printf more >> \"file-$i-$j\"; done"
        try await record("for i in 1 2 3 4; do ( \(loop) ) & done; wait") { log, model, rest in
            #expect(log.changes.count == 4 * 5 * 3)
            var numbers = SeededNumbers(seed: 1)
            #expect(model.image(after: .everything, using: &numbers).differences(from: rest) == [])
        }
    }

    @Test func whatIsElsewhereIsNotLogged() async throws {
        try await record("printf word > ../outside; mkdir ../there; mv ../outside ../there/; rm -r ../there") {
            log, _, _ in
            #expect(log.changes.isEmpty)
        }
    }

    @Test func aMarkStandsInTheOrderOfTheChanges() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("marks-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data().write(to: URL(fileURLWithPath: path))
        try ChangeLog.mark([1, 2, 3], path: path)
        try ChangeLog.mark([], path: path)
        #expect(try ChangeLog(path: path).changes == [.marked([1, 2, 3]), .marked([])])
        let half = try Data(contentsOf: URL(fileURLWithPath: path)).dropLast(10)
        try half.write(to: URL(fileURLWithPath: path))
        #expect(throws: ChangeLog.Damage.self) { try ChangeLog(path: path) }
    }
}
