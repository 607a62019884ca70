import Foundation
import Glibc
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// A worker works for somebody, and only as long as there is somebody; but it may take its time.
    @Suite struct LifelineTests {
        private let long = ["--size", "96", "--iterations", "10000"]

        /// A zombie that its new parent has not collected yet is gone, too.
        private func isGone(_ process: pid_t) -> Bool {
            guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
            return text.contains(") Z ")
        }

        @Test func whatAKilledCommandLeftGoesWithTheNext() async throws {
            let scratch = try Scratch()
            try scratch.write("c.jpg", Assets.scene())
            try scratch.write("s.png", Assets.stripes())
            let limner = try scratch.start(["stylize", "c.jpg", "--style", "s.png", "-o", "out.jpg"] + long)
            try await eventually("it paints") { scratch.text("error").contains("painting") }
            let workers = limner.children
            #expect(workers.count == 1)
            kill(limner.processIdentifier, SIGKILL)
            limner.waitUntilExit()
            for worker in workers { try await eventually("worker \(worker) is gone") { isGone(worker) } }
            #expect(scratch.names.contains { $0.hasPrefix(".limner-") })
            let next = try scratch.limner(
                ["stylize", "c.jpg", "--style", "s.png", "-o", "out.jpg", "--preset", "fast", "--size", "96"])
            #expect(next.code == 0, "\(next.error)")
            #expect(scratch.names == ["c.jpg", "error", "out.jpg", "s.png"])
        }

        /// The folder of a command that runs is nobody's leftover.
        @Test func whatIsInUseStays() async throws {
            let scratch = try Scratch()
            try scratch.write("c.jpg", Assets.scene())
            try scratch.write("s.png", Assets.stripes())
            let limner = try scratch.start(["stylize", "c.jpg", "--style", "s.png", "-o", "long.jpg"] + long)
            defer { limner.terminate() }
            try await eventually("it paints") { scratch.text("error").contains("painting") }
            let folders = scratch.names.filter { $0.hasPrefix(".limner-") }
            #expect(folders.count == 1)
            let next = try scratch.limner(
                ["stylize", "c.jpg", "--style", "s.png", "-o", "out.jpg", "--preset", "fast", "--size", "96"])
            #expect(next.code == 0, "\(next.error)")
            #expect(scratch.names.filter { $0.hasPrefix(".limner-") } == folders)
        }

        @Test func noWorkerOutlivesAKilledDaemon() async throws {
            let daemon = try await LiveDaemon()
            try daemon.writeStyle(
                "long", #"{"pictures": ["stripes.png"], "options": {"iterations": 10000, "scales": 1}}"#)
            try daemon.drop(Assets.scene(), at: "stylize/long/scene.jpg")
            try await eventually("it paints") { try daemon.status().running.first?.progress?.stage == "painting" }
            let workers = daemon.workers
            #expect(!workers.isEmpty)
            daemon.end(SIGKILL)
            for worker in workers { try await eventually("worker \(worker) is gone") { isGone(worker) } }
        }

        enum Side: CaseIterable { case input, output }

        /// Its parent lives, but no longer listens or speaks.
        @Test(arguments: Side.allCases) func aWorkerEndsWithItsPipe(_ side: Side) async throws {
            let scratch = try Scratch()
            try scratch.write("c.jpg", Assets.scene())
            try scratch.write("s.png", Assets.stripes())
            try FileManager.default.createDirectory(atPath: scratch.path + "/out", withIntermediateDirectories: true)
            let worker = try BareWorker(in: scratch.path)
            let painting = JobTask(.stylize) {
                $0.styles = [StyleChoice(source: .picture("s.png"))]
                $0.iterations = 10_000
            }
            let job = WorkerJob(
                id: JobIdentifier(time: .now, salt: 1, name: "c.jpg"), token: WorkerToken(1), attempt: 1,
                task: painting,
                inputs: [
                    InputPicture(role: .picture, path: scratch.path + "/c.jpg", name: "c.jpg"),
                    InputPicture(role: .style, path: scratch.path + "/s.png", name: "s.png"),
                ],
                outputFolder: scratch.path + "/out", limits: PictureLimits(pixels: 1 << 20, bytes: 1 << 20))
            try worker.send(.job(job))
            try worker.first { message in
                if case .progress(let progress) = message, progress.stage == "painting" { () } else { nil }
            }
            switch side {
            case .input: try worker.input.fileHandleForWriting.close()
            case .output: try worker.output.fileHandleForReading.close()
            }
            try await eventually("the worker is gone") { !worker.process.isRunning }
        }

        /// Reading and comparing forty pictures takes longer than the lease.
        @Test func aLongManifestOutlastsTheLease() async throws {
            let daemon = try await LiveDaemon(["LIMNER_LEASE_DURATION": "1s", "LIMNER_RETRIES_MAX": "0"])
            let portrait = try Assets.sample("obama.jpg")
            let names = (0..<40).map { "\($0).jpg" }
            for name in names { try daemon.drop(portrait, at: "album/\(name)") }
            try daemon.drop(portrait, at: "album/ref.jpg")
            let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
            let manifest =
                #"{"limner": 1, "kind": "verify", "inputs": [\#(list)], "options": {"reference": "ref.jpg"}}"#
            try daemon.drop(Array(manifest.utf8), at: "album/all.json")
            let report = try await daemon.settle(1)[0].report
            #expect(report.status == .done, "\(report.error?.message ?? "")")
            #expect(report.attempt == 1)
        }

        @Test func aStoppedWorkerIsReplaced() async throws {
            let daemon = try await LiveDaemon(["LIMNER_LEASE_DURATION": "2s"])
            try daemon.writeStyle(
                "slow", #"{"pictures": ["stripes.png"], "options": {"iterations": 30, "scales": 1}}"#)
            try daemon.drop(Assets.scene(), at: "stylize/slow/scene.jpg")
            try await eventually("it paints") { try daemon.status().running.first?.progress?.stage == "painting" }
            let victim = try #require(daemon.workers.first)
            #expect(kill(victim, SIGSTOP) == 0)
            let report = try await daemon.settle(1)[0].report
            #expect(report.status == .done)
            #expect(report.attempt == 2)
            #expect(kill(victim, 0) == -1)
        }
    }
}
