import Foundation
import GRDB
import Glibc
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    @Suite(.serialized) struct HookTests {
        private let root = TestRoot()

        private func settings(_ script: String, timeout: String = "30s") throws -> String {
            let path = root.path + "/hook"
            try root.write(path, "#!/bin/sh\n" + script)
            chmod(path, 0o755)
            return "hooks.completed: \(path)\nhooks.timeout: \(timeout)\n"
        }

        private func count(_ harness: DaemonHarness, _ outcome: String) async throws -> Int? {
            let lines = try await harness.client.metrics().split(separator: "\n")
            let name = #"limner_hooks_total{outcome="\#(outcome)"} "#
            return lines.first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) }
        }

        @Test func theReportIsTold() async throws {
            let script = "cat > told-$LIMNER_STATUS-$1\nenv | sort | cut -d= -f1 > names\n"
            try await DaemonHarness.with(root: root, extra: settings(script)) { harness in
                try root.drop("identify/a.jpg", "progress 1")
                try root.drop("identify/b.jpg", "fail no-face")
                let done = try await harness.job(from: "identify/a.jpg", in: [.done])
                let failed = try await harness.job(from: "identify/b.jpg", in: [.quarantined])
                try await eventually("both are told") { try await self.count(harness, "succeeded") == 2 }
                for (job, status) in [(done, "done"), (failed, "quarantined")] {
                    let told = try Data(contentsOf: URL(fileURLWithPath: root.path + "/told-\(status)-\(job.job.id)"))
                    #expect(try WireJSON.decode(Report.self, from: told) == root.report(job.job.id))
                }
                let names = try String(contentsOfFile: root.path + "/names", encoding: .utf8).split(separator: "\n")
                #expect(names.contains("LIMNER_FOLDER"))
                #expect(!names.contains("HOME"))
                try await eventually("nothing is left to tell") { try harness.daemon.queue.unreported() == nil }
            }
        }

        @Test func aFailureIsCountedAndHoldsNothingUp() async throws {
            try await DaemonHarness.with(root: root, extra: settings("echo no luck >&2\nexit 3\n")) { harness in
                try root.drop("identify/a.jpg", "progress 1")
                try root.drop("identify/b.jpg", "progress 1")
                try await harness.settle(jobs: 2)
                try await eventually("both failures are counted") { try await self.count(harness, "failed") == 2 }
                let log = try String(contentsOfFile: root.paths.state + "/hook.log", encoding: .utf8)
                #expect(log == "no luck\n")
            }
        }

        @Test func aHookThatHangsIsEndedWithItsChildren() async throws {
            let script = "sleep 600 & echo $! >> children\nsleep 600\n"
            try await DaemonHarness.with(root: root, extra: settings(script, timeout: "1s")) { harness in
                try root.drop("identify/a.jpg", "progress 1")
                try root.drop("identify/b.jpg", "progress 1")
                try await harness.settle(jobs: 2)
                try await eventually("both are ended") { try await self.count(harness, "timed_out") == 2 }
                let children = try String(contentsOfFile: root.path + "/children", encoding: .utf8)
                let pids = children.split(separator: "\n").compactMap { Int32($0) }
                #expect(pids.count == 2)
                try await eventually("the children are gone") { pids.allSatisfy { kill($0, 0) != 0 } }
            }
        }

        @Test func aMissingHookIsAFailure() async throws {
            try await DaemonHarness.with(root: root, extra: "hooks.completed: /nonexistent/hook\n") { harness in
                try await eventually("it is said at the start") {
                    try await harness.client.status().problems.contains { $0.hasPrefix("hooks.completed: ") }
                }
                try root.drop("identify/a.jpg", "progress 1")
                try await harness.settle(jobs: 1)
                try await eventually("it is counted") { try await self.count(harness, "failed") == 1 }
                let problems = try await harness.client.status().problems
                #expect(problems.count == 1 && problems[0].hasPrefix("hooks.completed: /nonexistent/hook could not"))
                try harness.reload(DaemonHarness.settings + settings("exit 3\n"))
                try root.drop("identify/b.jpg", "progress 1")
                try await eventually("it is run") { try await self.count(harness, "failed") == 2 }
                let mended = try await harness.client.status().problems
                #expect(mended.isEmpty)
            }
        }

        @Test func aHookThatIsNoProgramIsToldHowItBecomesOne() async throws {
            try root.write(root.path + "/hook", "exit 0\n")
            chmod(root.path + "/hook", 0o644)
            try await DaemonHarness.with(root: root, extra: "hooks.completed: \(root.path)/hook\n") { harness in
                try root.drop("identify/a.jpg", "progress 1")
                try await harness.settle(jobs: 1)
                try await eventually("it is counted") { try await self.count(harness, "failed") == 1 }
                let finding = try await harness.client.doctor().findings.first { $0.check == .jobs }
                #expect(finding?.message.contains("Permission denied") == true, "\(finding as Any)")
                #expect(finding?.advice.contains("chmod +x") == true && finding?.advice.contains("#!") == true)
            }
        }

        @Test func aHookWithoutAnInterpreterIsToldInTheSystemsWords() async throws {
            try root.write(root.path + "/hook", "exit 0\n")
            chmod(root.path + "/hook", 0o755)
            try await DaemonHarness.with(root: root, extra: "hooks.completed: \(root.path)/hook\n") { harness in
                try root.drop("identify/a.jpg", "progress 1")
                try await eventually("it is counted") { try await self.count(harness, "failed") == 1 }
                let problem = try await harness.client.status().problems.first
                #expect(problem?.contains("hook could not be run: Exec format error. ") == true, "\(problem as Any)")
            }
        }

        /// Nobody is to be told, which cannot be noted for a while.
        @Test func aTroubleIsOverThoughNothingIsLeftToTell() async throws {
            try await DaemonHarness.with(root: root) { harness in
                let pool = harness.daemon.queue.pool
                try root.drop("identify/a.jpg", "progress 1")
                try await harness.settle(jobs: 1)
                try await pool.write {
                    try $0.execute(
                        sql: """
                            UPDATE job SET reported = 0;
                            CREATE TRIGGER poison BEFORE UPDATE OF reported ON job
                            WHEN OLD.reported = 0 AND NEW.reported = 1 BEGIN SELECT RAISE(ABORT, 'poison'); END;
                            """)
                }
                try root.drop("identify/b.jpg", "progress 1")
                try await eventually("it is said") {
                    try await harness.client.status().problems.contains { $0.hasPrefix("reports for the hook: ") }
                }
                try await pool.write { try $0.execute(sql: "DROP TRIGGER poison") }
                try root.drop("identify/c.jpg", "progress 1")
                try await eventually("it is over") { try await harness.client.status().problems.isEmpty }
            }
        }

        /// Whoever collects reports may leave anything in their place.
        @Test func aPipeInTheReportsPlaceIsNotWaitedFor() async throws {
            let script = """
                until [ -e go ]; do sleep 0.05; done
                for folder in outbox/*; do
                  [ "$LIMNER_ROOT/$folder" = "$LIMNER_FOLDER" ] && continue
                  rm -f "$folder/report.json" && mkfifo "$folder/report.json"
                done

                """
            try await DaemonHarness.with(root: root, extra: settings(script)) { harness in
                for name in ["a", "b"] { try root.drop("identify/\(name).jpg", "progress 1") }
                try await harness.settle(jobs: 2)
                try root.write(root.path + "/go", "")
                try await eventually("both are told") { try await self.count(harness, "succeeded") == 2 }
            }
        }

        @Test func whatWasNotToldIsToldByTheNextDaemon() async throws {
            let parts = try Parts(tellsReports: true)
            try parts.root.drop("identify/a.jpg", "x")
            await parts.look()
            let job = try #require(try parts.queue.claim())
            let decided = try #require(try parts.queue.decide(job.id, .cancelled, in: [.running]))
            try parts.outbox.conclude(decided, Outbox.End(conclusion: .cancelled, why: "test"))
            #expect(try parts.queue.unreported()?.id == job.id)
            let next = try Queue(path: parts.root.paths.database)
            #expect(try next.unreported()?.id == job.id)
            try next.markReported(job.id)
            #expect(try next.unreported() == nil)
        }
    }
}
