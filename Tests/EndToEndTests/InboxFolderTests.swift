import Foundation
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// Each folder of the inbox does what it promises.
    @Suite struct InboxFolderTests {
        @Test func peopleAreEnrolledVerifiedAndIdentified() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Barack Obama/obama.jpg")
            try daemon.drop(Assets.sample("biden.jpg"), at: "enroll/Joe Biden/biden.jpg")
            let enrolled = try await daemon.settle(2)
            for filed in enrolled {
                #expect(filed.report.status == .done)
                #expect(filed.enrollment?.templates == 1)
                #expect(filed.enrollment?.enrolled.first?.alreadyEnrolled == false)
            }

            try daemon.drop(Assets.sample("obama2.jpg"), at: "identify/obama2.jpg")
            try daemon.drop(Assets.sample("astronaut.png"), at: "identify/astronaut.png")
            try daemon.drop(Assets.sample("obama3.jpg"), at: "verify/Barack Obama/truth.jpg")
            try daemon.drop(Assets.sample("obama3.jpg"), at: "verify/Joe Biden/lie.jpg")
            let reports = try await daemon.settle(6)

            let known = try reports.of("identify/obama2.jpg")
            let face = try #require(known.identification?.pictures.first?.faces.first)
            #expect(face.person == "Barack Obama")
            #expect(face.decision == .match)
            #expect(face.candidates.first.map { $0.cosine > face.threshold } == true)
            #expect(try #require(face.margin) > 0.1)
            let annotated = try #require(known.identification?.pictures.first?.annotated)
            let drawn = try PictureFile(path: known.folder + "/" + annotated).decode()
            #expect(drawn.size == (try Assets.samplePicture("obama2.jpg").size))

            let stranger = try #require(try reports.of("astronaut.png").identification?.pictures.first?.faces.first)
            #expect(stranger.decision == .unknown)
            #expect(stranger.person == nil)

            let truth = try #require(try reports.of("truth.jpg").verification?.probes.first?.comparison)
            #expect(truth.decision == .match)
            #expect(truth.margin > 0)
            let lie = try #require(try reports.of("lie.jpg").verification?.probes.first?.comparison)
            #expect(lie.decision == .unknown)
            #expect(lie.margin < 0)

            let counts = try daemon.status().counts
            #expect(counts.done == 6)
            #expect(counts.seen == 6)
            #expect(daemon.files(in: daemon.folders.done).count == 6)
            #expect(daemon.files(in: daemon.folders.inbox).isEmpty)
        }

        @Test func everyFaceOfAGroupIsAnswered() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/a.jpg")
            _ = try await daemon.settle(1)
            try daemon.drop(Assets.group("obama2.jpg", "biden.jpg"), at: "identify/group.jpg")
            let photograph = try #require(try await daemon.settle(2).of("group.jpg").identification?.pictures.first)
            let faces = photograph.faces.sorted { $0.face.box.x < $1.face.box.x }
            #expect(faces.count == 2)
            #expect(faces.first?.person == "Obama")
            #expect(faces.last?.decision == .unknown)
        }

        @Test func onePersonTwiceInAPictureIsFlagged() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/a.jpg")
            _ = try await daemon.settle(1)
            try daemon.drop(Assets.group("obama2.jpg", "obama3.jpg"), at: "identify/montage.jpg")
            let photograph = try #require(try await daemon.settle(2).of("montage.jpg").identification?.pictures.first)
            #expect(photograph.faces.map(\.person) == ["Obama", "Obama"])
            #expect(photograph.repeated == ["Obama"])
        }

        /// Without any Exif: the pixels themselves stand on their head.
        @Test func aPortraitUpsideDownIsThatPersonAndNoOther() async throws {
            let daemon = try await LiveDaemon()
            let picture = try Assets.samplePicture("obama.jpg").upright(from: .upsideDown)
            try daemon.drop(picture.encodeJPEG(quality: 92), at: "enroll/Obama/turned.jpg")
            let enrolled = try #require(try await daemon.settle(1)[0].enrollment?.enrolled.first)
            #expect(enrolled.face.turn == .half)
            #expect(enrolled.face.landmarks.rightEye.y > enrolled.face.landmarks.rightMouth.y)
            for (name, person) in [("obama2.jpg", "Obama"), ("astronaut.png", nil)] {
                let turned = try Assets.samplePicture(name).upright(from: .upsideDown)
                try daemon.drop(turned.encodeJPEG(quality: 92), at: "identify/\(name)")
                let report = try await daemon.settle(name == "obama2.jpg" ? 2 : 3).of(name)
                let faces = try #require(report.identification?.pictures.first?.faces)
                #expect(faces.map(\.person) == [person] && faces.map(\.face.turn) == [.half], "\(faces)")
            }
        }

        @Test func aPortraitLyingOnItsSideIsSetUpright() async throws {
            let daemon = try await LiveDaemon()
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Obama/a.jpg")
            _ = try await daemon.settle(1)
            let upright = try Assets.samplePicture("obama2.jpg").size
            try daemon.drop(Assets.lyingDown("obama2.jpg"), at: "identify/lying.jpg")
            let filed = try await daemon.settle(2).of("lying.jpg")
            #expect(filed.identification?.pictures.first?.faces.map(\.person) == ["Obama"])
            let input = try #require(filed.report.inputs.first)
            #expect(input.orientation == 6)
            #expect(input.width == upright.width)
            #expect(input.height == upright.height)
        }

        @Test func aPhotographIsRepaintedByOptimisationAndInOnePass() async throws {
            let daemon = try await LiveDaemon(["LIMNER_STYLIZE_PRESET": "standard"])
            let styles = daemon.folders.styles
            try Data(Assets.stripes()).write(to: URL(fileURLWithPath: styles + "/stripes.png"))
            let slow = styles + "/slow"
            try FileManager.default.createDirectory(atPath: slow, withIntermediateDirectories: true)
            try Data(Assets.stripes()).write(to: URL(fileURLWithPath: slow + "/stripes.png"))
            try Data(
                #"{"pictures": ["stripes.png"], "options": {"start": "content", "iterations": 12, "lossInterval": 4, "scales": 1}}"#
                    .utf8
            )
            .write(to: URL(fileURLWithPath: slow + "/style.json"))
            try daemon.drop(Assets.scene(), at: "stylize/slow/scene.jpg")
            try daemon.drop(Assets.scene(), at: "stylize/numbered-3/scene.jpg")
            try daemon.drop(Assets.scene(), at: "stylize/red-blue-shards/scene.jpg")
            let reports = try await daemon.settle(3)

            let optimised = try reports.of("slow/scene.jpg")
            let painting = try #require(optimised.stylization?.pictures.first)
            #expect(painting.iterations == 12)
            #expect(painting.losses.count >= 3)
            let first = try #require(painting.losses.first)
            let last = try #require(painting.losses.last)
            #expect(try #require(painting.delivered).total <= last.total)
            #expect(last.total < first.total)
            #expect(abs(last.total - (last.content + last.style + last.tv)) < 1e-3 * last.total)
            let picture = try PictureFile(path: optimised.folder + "/" + painting.output).decode()
            #expect(picture.size.longSide == 128)
            #expect(picture.width == painting.width)

            let onePass = try #require(try reports.of("numbered-3/scene.jpg").stylization?.pictures.first)
            #expect(onePass.iterations == 0)
            #expect(onePass.losses.isEmpty && onePass.delivered == nil)
            let (numbered, named) = (
                try reports.of("numbered-3/scene.jpg"), try reports.of("red-blue-shards/scene.jpg")
            )
            #expect(named.stylization?.pictures.first?.iterations == 0)
            #expect(named.report.outputs.map(\.sha256) == numbered.report.outputs.map(\.sha256))
        }
    }
}
