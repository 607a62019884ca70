import Foundation
import Glibc
import Testing

@testable import Spool

extension OneReaderSuites {
    @Suite(.serialized) struct InotifyReaderTests {
        /// Whether an action in a watched folder gives a hint within seconds.
        private func hint(after action: (String) throws -> Void) async throws -> Bool {
            let root = TestRoot()
            return try await InotifyReader.with { reader in
                try reader.watch(try Folder(path: root.path))
                try action(root.path)
                return await withTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        for await _ in reader.hints { return true }
                        return false
                    }
                    group.addTask {
                        try? await Task.sleep(for: .seconds(60))
                        return false
                    }
                    defer { group.cancelAll() }
                    return await group.next() ?? false
                }
            }
        }

        @Test func everyWayForAFileToArriveGivesAHint() async throws {
            let outside = TestRoot()
            try outside.write(outside.path + "/f", "x")
            let ways: [(String, @Sendable (String) throws -> Void)] = [
                ("write and close", { try outside.write($0 + "/a", "x") }),
                ("rename", { rename(outside.path + "/f", $0 + "/b") }),
                ("link", { link(outside.path + "/g", $0 + "/c") }),
                ("mkfifo", { mkfifo($0 + "/d", 0o600) }),
                ("symlink", { symlink("x", $0 + "/e") }),
                ("mkdir", { mkdir($0 + "/h", 0o700) }),
                ("O_TMPFILE and linkat", { try Self.linkUnnamed(in: $0, as: "i") }),
            ]
            try outside.write(outside.path + "/g", "x")
            for (name, way) in ways {
                #expect(try await hint(after: way), "\(name)")
            }
        }

        @Test func thereIsOneReaderAProcess() async throws {
            let root = TestRoot()
            let folder = try Folder(path: root.path)
            let ended = try await InotifyReader.with { reader in
                #expect(throws: SpoolError.self) { try InotifyReader() }
                try reader.watch(folder)
                try reader.watch(folder)
                #expect(reader.watchCount == 1)
                return reader
            }
            for await _ in ended.hints {}
            // Right afterwards, and nothing was ever watched.
            try await InotifyReader.with { #expect($0.watchCount == 0) }
        }

        @Test func aReaderHearsNothingOfTheOneBefore() async throws {
            let root = TestRoot()
            let folders = try (0..<8).map {
                try Folder(path: root.path).subfolder("f\($0)")
            }
            for round in 0..<10 {
                try await InotifyReader.with { reader in for folder in folders { try reader.watch(folder) } }
                try await InotifyReader.with { reader in
                    for folder in folders { try reader.watch(folder) }
                    let name = FileName("a\(round)")
                    reader.await(name)
                    _ = try folders[7].create(name)
                    // What the last reader left would come before it.
                    try await eventually("the event comes") { reader.hasSeen(name) }
                    #expect(reader.watchCount == folders.count)
                }
            }
        }

        /// An unnamed file gets its name by linkat(2): the only event is CREATE.
        private static func linkUnnamed(in folder: String, as name: String) throws {
            let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY  // O_TMPFILE of <fcntl.h>
            let descriptor = Glibc.open(folder, unnamed | O_WRONLY, 0o600)
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            _ = Array("x".utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, 1) }
            let path = "/proc/self/fd/\(descriptor)"
            try #require(linkat(AT_FDCWD, path, AT_FDCWD, folder + "/" + name, AT_SYMLINK_FOLLOW) == 0)
        }
    }
}
