import Foundation
import Glibc
import Testing
import Wire

extension EndToEnd {
    /// A painting that is broken off goes on where it was, and becomes the picture that it would have become.
    @Suite(.serialized) struct CheckpointTests {
        /// What breaks it off.
        enum Blow: CaseIterable { case daemonStopped, daemonKilled, workerKilled, timedOut }

        /// Kept as often as it may be.
        private let often = ["LIMNER_CHECKPOINTS_INTERVAL": "20ms", "LIMNER_RETRIES_MAX": "20"]

        private static func paint(_ daemon: LiveDaemon) throws {
            try daemon.writeStyle(
                "long", #"{"pictures": ["stripes.png"], "options": {"iterations": 60, "scales": 1}}"#)
            try daemon.drop(Assets.scene(), at: "stylize/long/scene.jpg")
        }

        private func painting(_ filed: Filed) throws -> StylizationResult.Painting {
            guard case .stylize(let result)? = filed.report.result else { throw Disappointment("no painting") }
            return try #require(result.pictures.first)
        }

        private func checkpoints(_ daemon: LiveDaemon) -> [String] { daemon.files(in: daemon.folders.checkpoints) }

        private func kept(_ daemon: LiveDaemon) async throws {
            try await eventually("a checkpoint is kept", log: daemon.folders.root + "/daemon.log") {
                checkpoints(daemon).contains { $0.hasSuffix(".safetensors") }
            }
        }

        /// The painting that nothing breaks off, made once.
        private static let calm = Task {
            let calm = try await LiveDaemon()
            try paint(calm)
            return try await calm.settle(1)[0]
        }

        @Test(arguments: Blow.allCases) func whateverBreaksItOffThePictureIsTheSame(_ blow: Blow) async throws {
            let undisturbed = try await Self.calm.value
            #expect(try painting(undisturbed).resumedFrom == nil)
            let daemon = try await LiveDaemon(often)
            try Self.paint(daemon)
            try await kept(daemon)
            switch blow {
            case .daemonStopped: #expect(daemon.end(SIGTERM) == 0)
            case .daemonKilled: daemon.end(SIGKILL)
            case .workerKilled: for worker in daemon.workers { kill(worker, SIGKILL) }
            case .timedOut:
                daemon.end(SIGTERM)
                try await daemon.start(["LIMNER_TIMEOUTS_STYLIZE": "10s"])
            }
            if blow == .daemonStopped || blow == .daemonKilled { try await daemon.start() }
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done, "\(filed.report.error?.message ?? "")")
            let painting = try painting(filed)
            #expect(painting.resumedFrom ?? 0 > 0)
            #expect(painting.iterations == (try self.painting(undisturbed).iterations))
            #expect(filed.report.outputs.map(\.sha256) == undisturbed.report.outputs.map(\.sha256))
            if blow == .daemonStopped { #expect(filed.report.attempt == 1, "a stop is not counted") }
            #expect(checkpoints(daemon).isEmpty, "nothing is left of it")
            let shown = try Programs.run(
                Programs.limner, ["show", filed.report.id.text, "--root", daemon.folders.root])
            #expect(shown.output.contains("from iteration \(painting.resumedFrom ?? 0)"), "\(shown.output)")
        }

        @Test func aDamagedCheckpointCostsTimeOnly() async throws {
            let daemon = try await LiveDaemon(often)
            try Self.paint(daemon)
            try await kept(daemon)
            #expect(daemon.end(SIGTERM) == 0)
            let file = try #require(checkpoints(daemon).first { $0.hasSuffix(".safetensors") })
            let path = daemon.folders.checkpoints + "/" + file
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            for index in bytes.indices.suffix(bytes.count / 2) { bytes[index] ^= 0x55 }
            try bytes.write(to: URL(fileURLWithPath: path))
            try await daemon.start()
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done)
            #expect(try painting(filed).resumedFrom == nil)
        }

        /// `limner pause` comes before whatever the machine is to be stopped for.
        @Test func aPauseKeepsWhatIsPainted() async throws {
            let daemon = try await LiveDaemon(["LIMNER_CHECKPOINTS_INTERVAL": "0s"])
            try Self.paint(daemon)
            try await eventually("it is painted", log: daemon.folders.root + "/daemon.log") {
                try daemon.status().running.first?.progress?.detail != nil
            }
            #expect(checkpoints(daemon).isEmpty, "nobody has asked for one")
            let answer = try Programs.run(Programs.limner, ["pause", "--root", daemon.folders.root])
            #expect(answer.code == 0, "\(answer.error)")
            try await kept(daemon)
            for worker in daemon.workers { kill(worker, SIGKILL) }
            #expect(try Programs.run(Programs.limner, ["resume", "--root", daemon.folders.root]).code == 0)
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done)
            #expect(try painting(filed).resumedFrom ?? 0 > 0)
        }

        @Test func aCancelledJobLeavesNone() async throws {
            let daemon = try await LiveDaemon(often)
            try Self.paint(daemon)
            try await kept(daemon)
            let job = try #require(try daemon.status().running.first?.id)
            let answer = try Programs.run(Programs.limner, ["cancel", job.text, "--root", daemon.folders.root])
            #expect(answer.code == 0, "\(answer.error)")
            #expect(try await daemon.settle(1)[0].report.status == .cancelled)
            #expect(FileManager.default.contents(atPath: daemon.folders.checkpoints(of: job)) == nil)
            #expect(checkpoints(daemon).isEmpty)
        }

        /// Of a manifest of several pictures, those that are painted are not painted again.
        @Test func whatIsPaintedStaysPainted() async throws {
            let daemon = try await LiveDaemon(often)
            try daemon.writeStyle(
                "long", #"{"pictures": ["stripes.png"], "options": {"iterations": 30, "scales": 1}}"#)
            try daemon.drop(Assets.scene(), at: "album/a.jpg")
            try daemon.drop(Assets.scene(longSide: 150), at: "album/b.jpg")
            let manifest =
                #"{"limner": 1, "kind": "stylize", "inputs": ["a.jpg", "b.jpg"], "options": {"styles": [{"name": "long"}]}}"#
            try daemon.drop(Array(manifest.utf8), at: "album/all.json")
            try await eventually("the first is painted", within: 120, log: daemon.folders.root + "/daemon.log") {
                checkpoints(daemon).contains { $0.hasSuffix("/0.json") }
            }
            for worker in daemon.workers { kill(worker, SIGKILL) }
            let report = try await daemon.settle(1)[0].report
            #expect(report.status == .done)
            #expect(report.attempt == 2)
            #expect(report.outputs.count == 2)
            #expect(report.timings["decoding"] != nil)
            #expect(checkpoints(daemon).isEmpty)
        }
    }
}
