import Foundation
import Gallery
import Pictures
import TestSupport
import Testing
import Wire

@testable import Faces

/// From photographs to answers, with the real networks and the sample portraits.
struct RecognitionTests {
    let file: GalleryFile
    let gallery: Gallery
    let reader: FaceReader
    let obama: PersonName
    let biden: PersonName

    init() throws {
        file = try GalleryFile()
        gallery = file.open()
        reader = try FaceNetworks().reader()
        obama = try PersonName("Barack Obama")
        biden = try PersonName("Joe Biden")
    }

    private func enrollBoth() throws {
        let enroller = Enroller(reader: reader)
        for (person, name) in [(obama, "obama.jpg"), (biden, "biden.jpg")] {
            try gallery.enroll(enroller.propose([Samples.photograph(name)], as: person).proposal.templates, as: person)
        }
    }

    @Test func onePhotographEnrolls() throws {
        let photographs = try [Samples.photograph("obama.jpg"), Samples.photograph("obama2.jpg")]
        let enrolment = try Enroller(reader: reader).propose(photographs, as: obama)
        #expect(enrolment.enrolled.map(\.input) == photographs.map(\.name))
        #expect(enrolment.enrolled[0].quality > 0.5, "\(enrolment.enrolled[0].quality)")
        #expect(enrolment.proposal.person == obama)
        #expect(enrolment.proposal.templates.map(\.source) == photographs.map(\.sha256))
        #expect(try gallery.people().isEmpty, "a proposal changes nothing")
        try gallery.apply([.enroll(enrolment.proposal)], job: Made.job(1))
        let kept = try gallery.show(obama).templates
        #expect(kept.map(\.source) == photographs.map(\.sha256))
        #expect(kept.map(\.quality) == enrolment.proposal.templates.map(\.quality))
    }

    @Test(arguments: ["obama2.jpg", "obama3.jpg", "obama_partial_face.jpg", "obama_partial_face2.jpg"])
    func otherPhotographsOfAPersonAreIdentified(name: String) throws {
        try enrollBoth()
        let found = try Identifier(reader: reader, gallery: gallery).identify(Samples.photograph(name))
        #expect(found.people == 2 && found.templates == 2)
        let face = try #require(found.faces.first)
        #expect(found.faces.count == 1)
        #expect(face.person == obama.text, "\(face)")
        #expect(face.candidates.map(\.person) == [obama.text, biden.text])
        #expect(try #require(face.margin) > 0.3)
    }

    @Test func aStrangerIsUnknown() throws {
        try enrollBoth()
        let found = try Identifier(reader: reader, gallery: gallery).identify(Samples.photograph("astronaut.png"))
        #expect(found.faces.map(\.decision) == [.unknown])
        #expect(found.faces[0].candidates.count == 2, "the nearest are shown all the same")
    }

    @Test func everyFaceOfAGroupIsAnswered() throws {
        try enrollBoth()
        let group = try Picture.montage(
            Samples.picture("obama3.jpg"), Samples.picture("astronaut.png"), height: 900)
        let found = try Identifier(reader: reader, gallery: gallery).identify(group.photograph("group.jpg"))
        let faces = found.faces.sorted { $0.face.box.x < $1.face.box.x }
        #expect(faces.map(\.person) == [obama.text, nil])
        let annotated = AnnotatedPicture.draw(found, on: group)
        #expect(annotated.size == group.size && annotated.pixels != group.pixels)
    }

    @Test func aSceneWithoutPeopleIsAnAnswerToo() throws {
        try enrollBoth()
        let found = try Identifier(reader: reader, gallery: gallery).identify(Samples.photograph("flower.jpg"))
        #expect(found.faces.isEmpty)
    }

    @Test func anEmptyGalleryIsAnError() throws {
        #expect(throws: GalleryError.empty(path: file.path)) {
            try Identifier(reader: reader, gallery: gallery).identify(Samples.photograph("obama.jpg"))
        }
    }

    @Test func verificationBothWays() throws {
        try enrollBoth()
        let verifier = Verifier(reader: reader)
        let same = try verifier.verify(Samples.photograph("obama2.jpg"), is: obama, in: gallery).comparison
        #expect(same.decision == .match && same.margin > 0.2, "\(same)")
        let other = try verifier.verify(Samples.photograph("obama2.jpg"), is: biden, in: gallery).comparison
        #expect(other.decision == .unknown && other.margin < 0, "\(other)")
        #expect(throws: GalleryError.personUnknown(name: "Barak Obama", nearest: obama.text, enrolled: 2)) {
            try verifier.verify(Samples.photograph("obama2.jpg"), is: PersonName("Barak Obama"), in: gallery)
        }
    }

    @Test func twoPhotographsAreCompared() throws {
        let verifier = Verifier(reader: reader)
        let obama = try Samples.photograph("obama.jpg")
        func compared(_ name: String) throws -> FaceComparison {
            try verifier.verify(Samples.photograph(name), against: obama).comparison
        }
        #expect(try compared("obama.jpg").cosine == 1)
        #expect(try compared("obama.jpg").decision == .match)
        #expect(try compared("obama3.jpg").decision == .match)
        #expect(try compared("biden.jpg").decision == .unknown)
        #expect(try compared("astronaut.png").decision == .unknown)
    }

    @Test func anEnrolmentPhotographShowsOneFace() throws {
        let enroller = Enroller(reader: reader)
        let single = try Samples.photograph("obama.jpg")
        let flower = try Samples.photograph("flower.jpg")
        #expect(throws: FaceError.noFace(picture: flower.name, width: 640, height: 427, minimumScore: 0.6)) {
            try enroller.propose([single, flower], as: obama)
        }
        let pair = try Picture.montage(Samples.picture("obama.jpg"), Samples.picture("biden.jpg"), height: 800)
        let error = try #require(throws: FaceError.self) {
            try enroller.propose([single, pair.photograph("pair.jpg")], as: obama)
        }
        guard case .severalFaces("pair.jpg", let boxes) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(boxes.count == 2 && boxes.contains { $0.x < 640 } && boxes.contains { $0.x > 640 }, "\(boxes)")
    }

    /// The large face leaves no trace where the small one is found.
    @Test func aPasserByIsNotEnrolledInsteadOfALargeFace() throws {
        let large = try Samples.picture("obama.jpg")
        let box = try reader.readOne(large.photograph("a.jpg"), choosing: .only, minimumScore: 0.6).face.box
        var closeUp = large.cropped(
            to: PixelRect(
                x: Int(box.x) - 40, y: Int(box.y) - 20, width: Int(box.width) + 80, height: Int(box.height) + 40)
        ).resized(longSide: 1280)
        let other = try Samples.picture("astronaut.png")
        let head = try reader.readOne(other.photograph("b.jpg"), choosing: .only, minimumScore: 0.6).face.box
        closeUp.paste(
            other.cropped(
                to: PixelRect(
                    x: Int(head.x) - 30, y: Int(head.y) - 30, width: Int(head.width) + 60,
                    height: Int(head.height) + 60)
            ).resized(longSide: 110), x: 4, y: 4)
        let photograph = try closeUp.photograph("both.jpg")
        let error = try #require(throws: FaceError.self) {
            try Enroller(reader: reader).propose([photograph], as: obama)
        }
        guard case .severalFaces(_, let boxes) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(boxes.map(\.width).min()! < 110 && boxes.map(\.width).max()! > 600, "\(boxes)")
    }

    /// Out of focus beyond use: found, but nobody's face in particular.
    @Test func aBlurIsRefusedWithItsQuality() throws {
        let blur = try Samples.picture("biden.jpg").resized(longSide: 60).resized(longSide: 400)
        let photograph = try blur.photograph("blur.jpg")
        let enroller = Enroller(reader: reader)
        let error = try #require(throws: FaceError.self) {
            try enroller.propose([photograph], as: obama, minimumQuality: 0.15)
        }
        guard case .qualityTooLow("blur.jpg", _, let quality, 0.15) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(quality < 0.15)
        #expect(error.message.contains("at least 0.15"), "\(error.message)")
        _ = try enroller.propose([photograph], as: obama, minimumQuality: 0)
        for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png", "obama_partial_face.jpg"] {
            let reading = try reader.readOne(Samples.photograph(name), choosing: .only, minimumScore: 0.6)
            #expect(reading.quality.overall > 0.7, "\(name): \(reading.quality)")
        }
    }

    @Test func aWrongPhotographDoesNotPoisonAPerson() throws {
        try enrollBoth()
        let model = reader.embedder.model
        let check = EnrolmentCheck(
            index: try gallery.searchIndexIfAny(of: model), recognition: reader.embedder.recognition)
        let enroller = Enroller(reader: reader, check: check)
        let (second, stranger) = try (Samples.photograph("obama2.jpg"), Samples.photograph("astronaut.png"))
        #expect(try enroller.propose([second], as: obama).enrolled.count == 1)
        let known = try #require(throws: GalleryError.self) { try enroller.propose([second], as: biden) }
        guard case .knownAsAnother(second.name, "Joe Biden", "Barack Obama", let cosine) = known else {
            Issue.record("\(known)")
            return
        }
        #expect(cosine > 0.5 && ReportError(known).code == .enrollmentDoubtful)
        #expect(throws: GalleryError.self, "the same face under a new name") {
            try enroller.propose([second], as: PersonName("Somebody Else"))
        }
        let unlike = try #require(throws: GalleryError.self) {
            try enroller.propose([stranger], as: obama)
        }
        guard case .unlike(stranger.name, "Barack Obama", _, _) = unlike else {
            Issue.record("\(unlike)")
            return
        }
        #expect(try Enroller(reader: reader).propose([second], as: biden).enrolled.count == 1, "unless it is told to")
    }

    @Test func twoPeopleInOneFolderAreNotOnePerson() throws {
        let check = EnrolmentCheck(index: nil, recognition: reader.embedder.recognition)
        let enroller = Enroller(reader: reader, check: check)
        let names = ["obama.jpg", "biden.jpg", "obama2.jpg", "obama3.jpg"]
        let error = try #require(throws: GalleryError.self) {
            try enroller.propose(names.map(Samples.photograph), as: obama)
        }
        guard case .notOnePerson(let odd, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(odd.count == 1 && odd[0].hasSuffix("biden.jpg"), "\(odd)")
        let right = try ["obama.jpg", "obama2.jpg"].map(Samples.photograph)
        #expect(try enroller.propose(right, as: obama).enrolled.count == 2)
    }

    @Test func templatesOfAnotherModelAreNotCompared() throws {
        let person = try PersonName("somebody")
        let photograph = try Samples.photograph("obama.jpg")
        try gallery.enroll([Made.new(1, model: Made.otherModel)], as: person)
        let identifier = Identifier(reader: reader, gallery: gallery)
        let nobody = GalleryError.templatesOfOtherModels(
            scope: "anybody", current: "sface-2021dec", others: ["model-b": 1])
        #expect(throws: nobody) { try identifier.identify(photograph) }
        #expect(throws: GalleryError.self) { try Verifier(reader: reader).verify(photograph, is: person, in: gallery) }
        try enrollBoth()
        let found = try identifier.identify(photograph)
        #expect(found.people == 2)
    }
}
