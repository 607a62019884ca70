import Foundation
import Pictures
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
                #"{"limner": 1, "kind": "identify", "inputs": ["i.jpg"], "options": {"annotate": "thumbnail"}}"#,
                with: ["i.jpg": Assets.sample("obama3.jpg")], into: daemon)
            let small = try #require(try await daemon.settle(3).last)
            let copy = try #require(small.identification?.pictures.first?.annotated)
            #expect(try PictureFile(path: "\(small.folder)/\(copy)").decode().size.longSide == 320)

            try drop(
                #"{"limner": 1, "kind": "verify", "inputs": ["c.jpg"], "options": {"reference": "d.jpg"}}"#,
                with: ["c.jpg": Assets.sample("obama3.jpg"), "d.jpg": Assets.sample("biden.jpg")], into: daemon)
            let verified = try #require(try await daemon.settle(4).last)
            #expect(verified.verification?.probes.first?.comparison.decision == .unknown)

            try drop(
                #"{"limner": 1, "kind": "stylize", "inputs": ["e.jpg"], "options": {"styles": [{"picture": "f.png"}], "preset": "fast", "format": "png"}}"#,
                with: ["e.jpg": Assets.scene(), "f.png": Assets.stripes()], into: daemon)
            let stylised = try #require(try await daemon.settle(5).last)
            #expect(stylised.stylization?.pictures.first?.output.hasSuffix(".png") == true)

            try drop(
                #"{"limner": 1, "kind": "stylize", "inputs": ["g.jpg"], "options": {"styles": [{"name": "ember-red"}, {"name": "numbered-3"}]}}"#,
                with: ["g.jpg": Assets.scene()], into: daemon)
            let blended = try #require(try await daemon.settle(6).last)
            #expect(blended.stylization?.pictures.first?.iterations == 0)

            try drop(
                #"{"limner": 1, "kind": "stylize", "inputs": ["h.jpg"], "options": {"styles": [{"picture": "i.png"}, {"picture": "j.jpg"}], "blend": 2, "size": 96, "iterations": 4, "start": "content"}}"#,
                with: ["h.jpg": Assets.scene(), "i.png": Assets.stripes(), "j.jpg": Assets.scene()], into: daemon)
            let way = try #require(try await daemon.settle(7).last)
            #expect(way.stylization?.pictures.map(\.blend) == [0, 1], "\(way.text)")
            #expect(way.stylization?.pictures.map(\.output) == ["h.blend-1.jpg", "h.blend-2.jpg"])

            #expect(try daemon.status().counts.done == 7)
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

        /// White at the left.
        private func mask() throws -> [UInt8] {
            let samples = (0..<64 * 40).flatMap { [UInt8](repeating: $0 % 64 < 32 ? 255 : 0, count: 3) }
            return try Picture(width: 64, height: 40, pixels: samples).encodePNG()
        }

        private func painting(_ styles: String, of input: String = "e.png") -> String {
            #"{"limner": 1, "kind": "stylize", "inputs": ["\#(input)"], "options": {"styles": \#(styles), "#
                + #""preset": "fast", "format": "png"}}"#
        }

        @Test func aMaskSaysWhereItsStyleApplies() async throws {
            let daemon = try await LiveDaemon()
            let scene = try Assets.samplePicture("china.jpg").resized(longSide: 128)
            try drop(
                painting(#"[{"picture": "f.png", "mask": "masks/m.png"}]"#),
                with: ["e.png": scene.encodePNG(), "f.png": Assets.stripes(), "masks/m.png": mask()], into: daemon)
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done, "\(filed.text)")
            #expect(filed.report.inputs.map(\.role) == [.manifest, .picture, .style, .mask])
            let output = try #require(filed.stylization?.pictures.first?.output)
            let painted = try PictureFile(path: filed.folder + "/" + output).decode()
            #expect(painted.size == scene.size)
            func moved(_ start: Int) -> Double {
                let part = PixelRect(x: start, y: 0, width: 60, height: scene.height)
                let (ours, theirs) = (painted.cropped(to: part).pixels, scene.cropped(to: part).pixels)
                return zip(ours, theirs).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) } / Double(ours.count)
            }
            #expect(moved(0) > 5 && moved(68) == 0, "\(moved(0)) and \(moved(68))")
        }

        /// The styles of a manifest beside which lie a style, a mask, a broken and a black one; and what becomes of it.
        @Test(arguments: [
            (#"[{"picture": "f.png", "mask": "absent.png"}]"#, ErrorCode.manifestPictureMissing, "absent.png"),
            (#"[{"picture": "f.png", "mask": "broken.png"}]"#, .pictureTruncated, "broken.png"),
            (#"[{"picture": "f.png", "mask": "black.png"}]"#, .optionInvalid, "The mask 'black.png' is black"),
            (#"[{"name": "ember-red", "mask": "m.png"}]"#, .optionInvalid, "'ember-red' is built in"),
            (#"[{"picture": "f.png", "styleMask": "black.png"}]"#, .optionInvalid, "The mask 'black.png' is black"),
            (#"[{"picture": "f.png", "segments": "m.png"}]"#, .optionInvalid, "and the photograph is not"),
            (#"[{"picture": "f.png"}], "segments": "m.png""#, .optionInvalid, "the style 'f.png' has none"),
            (
                #"[{"picture": "f.png", "mask": "m.png"}, {"picture": "f.png"}], "blend": 4"#, .optionInvalid,
                "a mask keeps"
            ),
            (#"[{"picture": "f.png", "mask": "m.png"}], "clusters": 3"#, .optionInvalid, "masks say already"),
            (
                #"[{"picture": "f.png", "weight": 0}, {"picture": "f.png"}], "blend": 2"#, .optionInvalid,
                "one of no weight"
            ),
            (#"[{"name": "ember-red"}], "clusters": 3"#, .optionInvalid, "only style pictures have any"),
            (#"[{"picture": "f.png", "maks": "m.png"}]"#, .manifestUnknownKey, "did you mean \"mask\"?"),
            (#"[{"picture": "f.png", "mask": "../m.png"}]"#, .manifestPathInvalid, "goes up"),
        ])
        func aMaskThatCannotBeUsedIsRefused(_ styles: String, _ code: ErrorCode, _ words: String) async throws {
            let daemon = try await LiveDaemon(["LIMNER_RETRIES_MAX": "0"])
            let stripes = try Assets.stripes()
            let pictures = try [
                "e.png": Assets.stripes(side: 100), "f.png": stripes, "m.png": mask(),
                "broken.png": Array(stripes.prefix(stripes.count / 2)),
                "black.png": Picture(width: 8, height: 8, filledWith: .black).encodePNG(),
            ]
            // What a refused manifest leaves in the inbox would be jobs of its own.
            let isTaken = code == .pictureTruncated || code == .optionInvalid
            let needed = pictures.filter { isTaken && (styles.contains($0.key) || $0.key == "e.png") }
            try drop(painting(styles), with: needed, into: daemon)
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .quarantined && filed.report.error?.code == code, "\(filed.text)")
            #expect(filed.report.error?.message.contains(words) == true, "\(filed.text)")
        }

        /// What is red at the left of the photograph is painted after the red right half of the style, the rest after its blue left.
        @Test func segmentsSayWhichPartOfTheStyleGoesWhere() async throws {
            func halves(_ left: Colour, _ right: Colour) throws -> [UInt8] {
                let picture = Picture(
                    width: 128, height: 96,
                    pixels: (0..<128 * 96).flatMap { index -> [UInt8] in
                        let colour = index % 128 < 64 ? left : right
                        return [colour.red, colour.green, colour.blue]
                    })
                return try picture.encodePNG()
            }
            let (red, blue) = (Colour(red: 255, green: 0, blue: 0), Colour(red: 0, green: 0, blue: 255))
            let daemon = try await LiveDaemon()
            try drop(
                painting(#"[{"picture": "f.png", "segments": "there.png"}], "segments": "here.png""#),
                with: [
                    "e.png": Assets.samplePicture("china.jpg").resized(to: PixelSize(width: 128, height: 96))
                        .encodePNG(),
                    "f.png": halves(Colour(red: 30, green: 40, blue: 200), Colour(red: 200, green: 120, blue: 30)),
                    "here.png": halves(red, blue), "there.png": halves(blue, red),
                ], into: daemon)
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done, "\(filed.text)")
            #expect(filed.report.inputs.map(\.role) == [.manifest, .picture, .style, .mask, .mask])
            let output = try #require(filed.stylization?.pictures.first?.output)
            let painted = try PictureFile(path: filed.folder + "/" + output).decode()
            func warmth(_ start: Int) -> Double {
                let part = painted.cropped(to: PixelRect(x: start, y: 0, width: 56, height: painted.height))
                var sum = 0
                for pixel in 0..<part.size.area { sum += Int(part.pixels[pixel * 3]) - Int(part.pixels[pixel * 3 + 2]) }
                return Double(sum) / Double(part.size.area)
            }
            #expect(warmth(0) > warmth(72) + 20, "\(warmth(0)) and \(warmth(72))")
        }

        /// A photograph may paint itself: its own light is the mask.
        @Test func aPhotographMayBeItsOwnMask() async throws {
            let daemon = try await LiveDaemon()
            try drop(
                painting(#"[{"picture": "f.png", "mask": "e.png"}, {"picture": "f.png"}]"#),
                with: ["e.png": Assets.scene(), "f.png": Assets.stripes()], into: daemon)
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done, "\(filed.text)")
            #expect(filed.report.inputs.map(\.role) == [.manifest, .picture, .style])
        }

        /// As by a client that forgets it.
        @Test func aMaskThatDidNotComeAlongIsNamed() throws {
            let scratch = try Scratch()
            try scratch.write("c.jpg", Assets.scene())
            try scratch.write("s.png", Assets.stripes())
            let worker = try BareWorker(in: scratch.path)
            let task = JobTask(.stylize) {
                $0.styles = [StyleChoice(source: .picture("s.png"), mask: "sky.png")]
            }
            try worker.send(
                .job(
                    WorkerJob(
                        id: JobIdentifier(time: .now, salt: 1, name: "c.jpg"), token: WorkerToken(1), attempt: 1,
                        task: task,
                        inputs: [
                            InputPicture(role: .picture, path: scratch.path + "/c.jpg", name: "c.jpg"),
                            InputPicture(role: .style, path: scratch.path + "/s.png", name: "s.png"),
                        ],
                        outputFolder: scratch.path, limits: PictureLimits(pixels: 1 << 20, bytes: 1 << 20))))
            let failure = try worker.first { message -> WorkerFailure? in
                if case .failed(let failure) = message { failure } else { nil }
            }
            #expect(failure.error.code == .pictureMissing)
            #expect(failure.error.message == "The mask 'sky.png' did not come along.")
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
