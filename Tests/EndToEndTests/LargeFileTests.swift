import Foundation
import Glibc
import Spool
import Testing
import Wire

extension EndToEnd {
    /// A film of gigabytes is read while others are taken, by the real daemon.
    @Suite(.serialized) struct LargeFileTests {
        private static let film = "stylize/ember-red/film.y4m"

        private func why(_ daemon: LiveDaemon, _ path: String) throws -> WhyAnswer {
            let answer = try Programs.run(
                Programs.limner, ["why", path, "--json", "--root", daemon.folders.root])
            return try WireJSON.decode(WhyAnswer.self, from: Data(answer.output.utf8))
        }

        /// Sparse, and of more frames than a film may have.
        private func dropFilm(into daemon: LiveDaemon) throws {
            let aside = daemon.folders.root + "/aside"
            try Data("YUV4MPEG2 W4 H4 F25:1\n".utf8).write(to: URL(fileURLWithPath: aside))
            truncate(aside, 3 << 30)
            let place = "\(daemon.folders.inbox)/\(Self.film)"
            try FileManager.default.createDirectory(
                atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            rename(aside, place)
        }

        private func isBeingRead(_ daemon: LiveDaemon) async throws {
            try await eventually("the film is being read", log: daemon.folders.root + "/daemon.log") {
                let words = try why(daemon, Self.film).explanation
                return words.contains("waiting for its files, being read: ") && words.contains(" of 3.0 GiB")
            }
        }

        private func queued(_ daemon: LiveDaemon, _ path: String) throws -> Date {
            let events = try why(daemon, path).jobs.flatMap(\.events)
            return try #require(events.first { $0.to == .queued }).time
        }

        @Test func othersAreTakenWhileItIsRead() async throws {
            let daemon = try await LiveDaemon()
            try dropFilm(into: daemon)
            try await isBeingRead(daemon)
            try daemon.drop(Assets.scene(), at: "identify/a.jpg")
            let reports = try await daemon.settle(2).map(\.report)
            #expect(try queued(daemon, "identify/a.jpg") < queued(daemon, Self.film))
            let film = try #require(reports.first { $0.kind == .stylize })
            #expect(film.error?.code == .pictureTooLarge, "\(String(describing: film.error))")
            #expect(film.inputs.first?.sha256?.count == 64 && film.inputs.first?.bytes == 3 << 30)
        }

        /// Told to stop, the daemon does not read to the end first.
        @Test(arguments: [SIGKILL, SIGTERM]) func itIsReadAnewAfterAStop(by signal: Int32) async throws {
            let daemon = try await LiveDaemon()
            try dropFilm(into: daemon)
            try await isBeingRead(daemon)
            let status = daemon.end(signal)
            #expect(signal == SIGKILL || status == 0)
            let before = try why(daemon, Self.film).jobs
            #expect(before.map(\.job.state) == [.waiting])
            try await daemon.start()
            let report = try await daemon.settle(1)[0].report
            #expect(report.id == before.first?.job.id && report.inputs.first?.sha256?.count == 64)
            #expect(try daemon.status().balanced)
        }
    }
}
