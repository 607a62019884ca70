import Foundation
import Testing
import Wire

extension EndToEnd {
    @Suite struct ManifestTests {
        /// Drops pictures beside a manifest in `jobs/`, the manifest last.
        private func drop(_ manifest: String, with pictures: [String: [UInt8]], into daemon: LiveDaemon) throws {
            for (name, bytes) in pictures { try daemon.drop(bytes, at: "jobs/\(name)") }
            try daemon.drop(Array(manifest.utf8), at: "jobs/job.json")
        }

        @Test func oneOfEachKindIsDone() async throws {
            let daemon = try await LiveDaemon()
            try drop(
                #"{"limner": 1, "kind": "enroll", "inputs": ["a.jpg"], "options": {"person": "Obama"}}"#,
                with: ["a.jpg": Assets.sample("obama.jpg")], into: daemon)
            #expect(try await daemon.settle(1)[0].enrollment?.person == "Obama")

            try drop(
                #"{"limner": 1, "kind": "identify", "inputs": ["b.jpg"], "options": {"top": 1, "annotate": false}}"#,
                with: ["b.jpg": Assets.sample("obama2.jpg")], into: daemon)
            let identified = try #require(try await daemon.settle(2).last)
            #expect(identified.identification?.pictures.first?.faces.first?.person == "Obama")
            #expect(identified.report.outputs.isEmpty)

            try drop(
                #"{"limner": 1, "kind": "verify", "inputs": ["c.jpg"], "options": {"reference": "d.jpg"}}"#,
                with: ["c.jpg": Assets.sample("obama3.jpg"), "d.jpg": Assets.sample("biden.jpg")], into: daemon)
            let verified = try #require(try await daemon.settle(3).last)
            #expect(verified.verification?.probes.first?.comparison.decision == .unknown)

            try drop(
                #"{"limner": 1, "kind": "stylize", "inputs": ["e.jpg"], "options": {"styles": [{"picture": "f.png"}], "preset": "fast", "format": "png"}}"#,
                with: ["e.jpg": Assets.scene(), "f.png": Assets.stripes()], into: daemon)
            let stylised = try #require(try await daemon.settle(4).last)
            #expect(stylised.stylization?.pictures.first?.output.hasSuffix(".png") == true)

            #expect(try daemon.status().counts.done == 4)
            #expect(daemon.files(in: daemon.folders.inbox).isEmpty)
        }

        @Test(arguments: [
            (#"{"limner": 1, "kind": "identify", "inputs": ["../../../etc/passwd"]}"#, ErrorCode.manifestPathInvalid),
            (#"{"limner": 1, "kind": "identify", "inputs": ["a.jpg"], "option": {}}"#, .manifestUnknownKey),
            (#"{"limner": 1, "kind": "identify", "inputs": ["a.jpg"], "options": {"topp": 3}}"#, .manifestUnknownKey),
            (#"{"limner": 1, "kind": "identify", "inputs": ["absent.jpg"]}"#, .manifestPictureMissing),
            (#"{"limner": 1, "kind": "identify", "#, .manifestInvalid),
        ])
        func aBadManifestIsQuarantinedWithItsReason(_ manifest: String, _ code: ErrorCode) async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Array(manifest.utf8), at: "jobs/bad.json")
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .quarantined)
            #expect(filed.report.error?.code == code)
            #expect(filed.report.error?.message.isEmpty == false)
            #expect(daemon.files(in: daemon.folders.quarantine).contains { $0.hasSuffix("bad.json") })
            #expect(daemon.files(in: daemon.folders.inbox).isEmpty)
        }

        @Test func theNearestKeyIsNamed() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(
                Array(#"{"limner": 1, "kind": "identify", "inputs": ["a.jpg"], "priorty": 3}"#.utf8), at: "bad.json")
            let message = try #require(try await daemon.settle(1)[0].report.error?.message)
            #expect(message.contains("priorty"))
            #expect(message.contains("priority"))
        }

        @Test func aPictureThatComesLaterIsWaitedFor() async throws {
            let daemon = try await LiveDaemon(["LIMNER_INTAKE_MANIFEST_WAIT": "60s"])
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/a.jpg")
            _ = try await daemon.settle(1)
            try daemon.drop(
                Array(#"{"limner": 1, "kind": "identify", "inputs": ["late.jpg"]}"#.utf8), at: "jobs/job.json")
            try await eventually("the manifest waits") { try daemon.status().counts.waiting == 1 }
            try daemon.drop(Assets.sample("obama2.jpg"), at: "jobs/late.jpg")
            let filed = try await daemon.settle(2)[1]
            #expect(filed.report.status == .done)
            #expect(filed.identification?.pictures.first?.faces.first?.person == "Obama")
        }
    }
}
