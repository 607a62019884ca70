import Foundation
import Pictures
import Spool
import Testing
import Wire

extension EndToEnd {
    /// What a worker gives up before it reads a stranger's byte, on the kernel that runs the test.
    @Suite struct ConfinementTests {
        @Test func aWorkerReadsOnlyWhatItIsFor() throws {
            let scratch = try Scratch()
            for folder in ["claimed", "elsewhere", "styles"] {
                try FileManager.default.createDirectory(
                    atPath: "\(scratch.path)/\(folder)", withIntermediateDirectories: true)
            }
            try scratch.write("claimed/a.jpg", Assets.scene())
            try scratch.write("elsewhere/b.jpg", Assets.scene())
            let worker = try BareWorker(in: scratch.path + "/styles", ["--reads", scratch.path + "/claimed"])
            let facts = try worker.first { if case .ready(let facts) = $0 { facts } else { nil } }
            let status = try String(contentsOfFile: "/proc/\(worker.process.processIdentifier)/status", encoding: .utf8)
            #expect(status.contains("NoNewPrivs:\t1"))
            #expect(status.contains("Seccomp:\t2"))
            try worker.send(
                .faces(
                    FacesRequest(
                        token: WorkerToken(1),
                        files: ["claimed/a.jpg", "elsewhere/b.jpg"].map { "\(scratch.path)/\($0)" },
                        templates: false, detectionScore: 0.6,
                        limits: PictureLimits(pixels: 1 << 24, bytes: 1 << 24))))
            let answers = try (0..<2).map { _ in
                try worker.first { if case .faces(let answer) = $0 { answer } else { nil } }
            }
            #expect(answers[0].error == nil, "\(String(describing: answers[0].error))")
            // A kernel without Landlock lets it; then it says so.
            if facts.confinement.landlock > 0 {
                #expect(answers[1].error?.code == .pictureUnreadable)
            } else {
                #expect(facts.confinement.gaps.contains { $0.contains("Landlock") })
            }
        }

        /// Libraries that decode load files and start threads of their own; all of it happens out of reach of the rest.
        @Test func aConfinedWorkerReadsEveryFormat() throws {
            let scratch = try Scratch()
            for folder in ["claimed", "styles"] {
                try FileManager.default.createDirectory(
                    atPath: "\(scratch.path)/\(folder)", withIntermediateDirectories: true)
            }
            let fixtures = try Assets.pictureFixtures()
            var files: [String] = []
            for format in PictureFormat.allCases {
                let bytes = try #require(fixtures.first { PictureFormat(signature: $0) == format }, "\(format)")
                // Content decides.
                try scratch.write("claimed/\(format.rawValue).jpg", bytes)
                files.append("\(scratch.path)/claimed/\(format.rawValue).jpg")
            }
            let worker = try BareWorker(in: scratch.path + "/styles", ["--reads", scratch.path + "/claimed"])
            try worker.send(
                .faces(
                    FacesRequest(
                        token: WorkerToken(1), files: files, templates: false, detectionScore: 0.6,
                        limits: PictureLimits(pixels: 1 << 24, bytes: 1 << 24))))
            for (file, format) in zip(files, PictureFormat.allCases) {
                let answer = try worker.first { if case .faces(let answer) = $0 { answer } else { nil } }
                #expect(answer.error == nil, "\(file): \(String(describing: answer.error))")
                #expect(answer.input.format == format)
            }
        }

        @Test func theDoctorSaysWhatIsInForce() async throws {
            let daemon = try await LiveDaemon()
            let answer = try Programs.run(Programs.limner, ["doctor", "--json", "--root", daemon.folders.root])
            let findings = try WireJSON.decode(DoctorAnswer.self, from: Data(answer.output.utf8)).findings
            let sandbox = try #require(findings.first { $0.check == .sandbox })
            #expect(
                sandbox.verdict == (sandbox.message.contains("Landlock ") ? .passed : .warning), "\(sandbox.message)")
            #expect(!sandbox.advice.isEmpty)
        }

        /// A library that is older than the processor takes its oldest kernels, unless the worker knows better.
        @Test func kernelsForOlderProcessorsAreForThoseWhoAskForThem() throws {
            let scratch = try Scratch()
            let processor = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
            let isOld = !processor.split(whereSeparator: \.isWhitespace).contains("avx2")
            for (core, expected) in [("", DoctorAnswer.Verdict.passed), ("Prescott", isOld ? .passed : .warning)] {
                let answer = try scratch.limner(["doctor", "--json", "--set", "engine.openblasCoreType=\(core)"])
                let findings = try WireJSON.decode(DoctorAnswer.self, from: Data(answer.output.utf8)).findings
                let kernels = try #require(findings.first { $0.check == .openblas })
                #expect(kernels.verdict == expected, "\(kernels.message)")
            }
        }

        /// What a user has linked into the styles folder is the user's to show: a picture, or one of a recipe's.
        @Test func aStyleMayBeALink() async throws {
            let daemon = try await LiveDaemon(["LIMNER_STYLIZE_PRESET": "fast"])
            let elsewhere = try Scratch()
            defer { withExtendedLifetime(elsewhere) {} }
            try elsewhere.write("mine.png", Assets.stripes())
            try FileManager.default.createSymbolicLink(
                atPath: daemon.folders.styles + "/linked.png", withDestinationPath: elsewhere.path + "/mine.png")
            try daemon.writeStyle("recipe", #"{"pictures": ["its.png"]}"#)
            try FileManager.default.createSymbolicLink(
                atPath: daemon.folders.styles + "/recipe/its.png", withDestinationPath: elsewhere.path + "/mine.png")
            for style in ["linked", "recipe"] {
                try daemon.drop(Assets.scene(), at: "stylize/\(style)/scene.jpg")
            }
            for filed in try await daemon.settle(2) {
                #expect(filed.report.status == .done, "\(filed.report.error?.message ?? "")")
            }
        }
    }
}
