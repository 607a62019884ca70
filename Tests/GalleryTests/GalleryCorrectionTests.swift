import Foundation
import TestSupport
import Testing
import Wire

@testable import Gallery

/// What somebody said of a face counts from then on, and can be taken back.
struct GalleryCorrectionTests {
    let file: GalleryFile
    let gallery: Gallery
    let ada: PersonName
    let bob: PersonName
    let job = Made.job(1)
    private let week = Duration.seconds(7 * 86_400)

    init() throws {
        file = try GalleryFile()
        gallery = file.open()
        ada = try PersonName("ada")
        bob = try PersonName("bob")
        try gallery.enroll([Made.new(1)], as: ada)
        try gallery.enroll([Made.new(2)], as: bob)
    }

    private var policy: GalleryPolicy {
        var policy = GalleryPolicy()
        policy.undo = week
        return policy
    }

    /// A photograph of somebody that is not the enrolled one, and not its near twin.
    private func other(of seed: Int, source: Int, share: Float = 0.45) -> NewTemplate {
        Made.new(seed, mixedWith: source, share: share, source: source)
    }

    private func see(_ faces: NewTemplate..., decision: FaceDecision = .unknown) throws {
        try gallery.remember([
            (
                job,
                faces.enumerated().map {
                    SeenFace(number: $0 + 1, picture: "a.jpg", face: $1, decision: decision, revision: 0)
                }
            )
        ])
    }

    private func who(_ template: NewTemplate) throws -> FaceVerdict {
        try GallerySearch(gallery.searchIndex(of: Made.model), rule: DecisionRule(threshold: 0.4, minimumQuality: 0))
            .verdict(on: template.template, quality: template.quality, top: 3)
    }

    @Test func aDeniedFaceIsNotThePersonsAgainNorIsItsNearTwin() throws {
        let face = other(of: 1, source: 10)
        try see(face)
        #expect(try who(face).person == "ada")
        #expect(try gallery.deny(1, of: job, as: ada, policy: policy) == 0)
        let verdict = try who(face)
        #expect(verdict.person == nil && verdict.denied == ["ada"] && verdict.candidates.map(\.person) == ["bob"])
        let twin = Made.new(1, mixedWith: 10, share: 0.5, source: 12)
        #expect(face.template.similarity(to: twin.template).cosine > 0.95)
        #expect(try who(twin).denied == ["ada"])
        #expect(try who(Made.new(1)).person == "ada", "other photographs are hers all the same")
        #expect(try file.open(.reading).searchIndex(of: Made.model).denied(of: face.template) == ["ada"])
        // Said twice, it is said once; whoever confirms has the last word.
        _ = try gallery.deny(1, of: job, as: ada, policy: policy)
        #expect(try gallery.negatives(of: ada, by: Made.model).count == 1)
        #expect(try gallery.confirm(1, of: job, as: ada, policy: policy) == 1)
        #expect(try gallery.negatives(of: ada, by: Made.model).isEmpty)
        #expect(try who(twin).person == "ada")
        // And a confirmation that is denied takes its template along.
        #expect(try gallery.deny(1, of: job, as: ada, policy: policy) == 1)
        #expect(try gallery.show(ada).templates.map(\.source) == [Made.new(1).source])
    }

    @Test func aConfirmedFaceBecomesATemplateByThePolicyOnly() throws {
        let good = other(of: 1, source: 10)
        let poor = NewTemplate(template: good.template, quality: Made.quality(0.1), source: good.source)
        try see(good, poor, Made.new(1, mixedWith: 2, share: 0.05, source: 13))
        var keeping = policy
        keeping.confirmed = .keep
        #expect(try gallery.confirm(1, of: job, as: ada, policy: keeping) == 0)
        func notes(_ face: Int, _ policy: GalleryPolicy) throws -> [String]? {
            try gallery.answer(GalleryQuestion(.confirm, person: "ada", job: job, face: face), policy: policy).notes
        }
        #expect(try notes(1, keeping)?.first?.contains("faces.confirmed") == true)
        #expect(try gallery.confirm(2, of: job, as: ada, policy: policy) == 0, "too poor")
        #expect(try notes(2, policy)?.first?.contains("quality") == true)
        #expect(try gallery.confirm(3, of: job, as: ada, policy: policy) == 0, "she has it already")
        #expect(try notes(3, policy)?.first?.contains("is there already") == true)
        #expect(try gallery.confirm(1, of: job, as: ada, policy: policy) == 1)
        #expect(throws: GalleryError.personUnknown(name: "adda", nearest: "ada", enrolled: 2)) {
            try gallery.confirm(1, of: job, as: PersonName("adda"), policy: policy)
        }
        let forgotten = GalleryError.faceForgotten(job: job.text, face: 4)
        #expect(throws: forgotten) { try gallery.confirm(4, of: job, as: ada, policy: policy) }
        #expect(ReportError(forgotten).code == .faceUnknown)
    }

    @Test func aDeniedFaceIsNotEnrolledByTheWay() throws {
        let face = other(of: 1, source: 10)
        try see(face)
        _ = try gallery.deny(1, of: job, as: ada, policy: policy)
        func check() throws {
            try EnrolmentCheck(index: gallery.searchIndexIfAny(of: Made.model), recognition: Recognition())
                .check([("a.jpg", face.template)], as: ada)
        }
        #expect(throws: GalleryError.denied(picture: "a.jpg", person: "ada")) { try check() }
        // Enrolled all the same, it is hers.
        try gallery.enroll([face], as: ada)
        try check()
        #expect(try who(face).person == "ada")
    }

    @Test func correctionsGoAlongWithAnExport() throws {
        let face = other(of: 1, source: 10)
        try see(face)
        _ = try gallery.deny(1, of: job, as: ada, policy: policy)
        let elsewhere = try GalleryFile()
        let export = try GalleryExport(json: gallery.export().json())
        try elsewhere.open().add(export)
        #expect(try elsewhere.open().add(export).addedTemplates == 0)
        #expect(try elsewhere.open().negatives(of: ada, by: Made.model).map(\.features.count) == [128])
        #expect(try elsewhere.open().searchIndex(of: Made.model).denied(of: face.template) == ["ada"])
        #expect(try elsewhere.open().export() == export)
    }

    @Test func peopleAreMergedAndSplit() throws {
        try gallery.enroll([other(of: 1, source: 10)], as: bob)
        try see(Made.new(20))
        _ = try gallery.deny(1, of: job, as: bob, policy: policy)
        #expect(try gallery.merge(bob, into: ada, undo: week) == 2)
        #expect(try gallery.people().map(\.name) == ["ada"] && gallery.show(ada).templates.count == 3)
        #expect(try gallery.negatives(of: ada, by: Made.model).count == 1)
        #expect(try who(Made.new(2)).person == "ada")
        let source = Made.new(2).source
        #expect(throws: GalleryError.templateUnknown(person: "ada", source: "0", matches: 3)) {
            try gallery.move("0", of: ada, to: bob)
        }
        #expect(try gallery.move(source, of: ada, to: bob, undo: week) == 1)
        #expect(try who(Made.new(2)).person == "bob" && gallery.show(ada).templates.count == 2)
        #expect(throws: ReportError.self) { try gallery.merge(ada, into: ada) }
        // What both have stays once, and who has nothing left goes.
        try gallery.enroll([Made.new(2)], as: ada)
        #expect(try gallery.move(source, of: bob, to: ada) == 0)
        #expect(try gallery.people().map(\.name) == ["ada"])
    }

    // MARK: Undo

    @Test(arguments: [ConfirmedFaces.template, .keep])
    func whatIsHersStaysHersWhenTheOtherWasDeniedOfIt(confirmed: ConfirmedFaces) throws {
        var policy = policy
        policy.confirmed = confirmed
        try see(other(of: 1, source: 10), Made.new(20))
        _ = try gallery.confirm(1, of: job, as: ada, policy: policy)
        _ = try gallery.deny(1, of: job, as: bob, policy: policy)
        _ = try gallery.deny(2, of: job, as: bob, policy: policy)
        _ = try gallery.merge(bob, into: ada, undo: week)
        let index = try gallery.searchIndex(of: Made.model)
        #expect(index.denied(of: other(of: 1, source: 10).template).isEmpty)
        #expect(index.denied(of: Made.template(20)) == ["ada"], "of which nobody said that it is hers")
    }

    @Test func whoHasNoTemplateLeftIsListedAndSaidToHaveNone() throws {
        try see(Made.new(1))
        #expect(try gallery.deny(1, of: job, as: ada, policy: policy) == 1)
        let people = try gallery.people()
        #expect(people.map(\.templates) == [0, 1] && people[0].lastEnrolled == nil)
        #expect(try gallery.show(ada).templates.isEmpty)
        let error = GalleryError.withoutTemplates(person: "ada")
        #expect(throws: error) { try gallery.templates(of: ada, by: Made.model) }
        #expect(ReportError(error).code == .personUnknown)
    }

    @Test func everyChangeIsTakenBackOneAfterTheOther() throws {
        try see(other(of: 1, source: 10))
        var states: [GalleryExport] = []
        func changing(_ change: () throws -> Void) throws {
            states.append(try gallery.export())
            try change()
            #expect(try gallery.export() != states.last)
        }
        try changing { try gallery.apply([Made.change("eve", [Made.new(3)])], job: Made.job(2)) }
        try changing { try gallery.rename(ada, to: PersonName("Ada"), undo: week) }
        let capital = try PersonName("Ada")
        try changing { _ = try gallery.confirm(1, of: job, as: capital, policy: policy) }
        try changing { _ = try gallery.merge(bob, into: capital, undo: week) }
        try changing { _ = try gallery.move(Made.new(2).source, of: capital, to: PersonName("new"), undo: week) }
        try changing { _ = try gallery.deny(1, of: job, as: capital, policy: policy) }
        try changing { _ = try gallery.remove(capital, undo: week) }
        let told = try states.reversed().map { state in
            let told = try gallery.undo(within: week)
            #expect(try gallery.export() == state)
            return told
        }
        #expect(told.first == "Ada was removed" && told.last == "enrolment by \(Made.job(2))")
        #expect(throws: GalleryError.nothingToUndo(within: week)) { try gallery.undo(within: week) }
        #expect(try gallery.negatives(of: ada, by: Made.model).isEmpty)
        #expect(try who(Made.new(1)).person == "ada")
    }

    @Test func whatIsOldOrWasNeverKeptIsNotTakenBack() throws {
        try gallery.rename(ada, to: PersonName("Ada"), undo: week)
        let later = file.open(at: 1_700_000_000 + 8 * 86_400)
        #expect(throws: GalleryError.nothingToUndo(within: week)) { try later.undo(within: week) }
        #expect(try later.expire(policy) == 1)
        #expect(throws: GalleryError.nothingToUndo(within: week)) { try gallery.undo(within: week) }
        try gallery.rename(PersonName("Ada"), to: ada, undo: week)
        try gallery.remove(bob)
        #expect(throws: GalleryError.nothingToUndo(within: week), "who is removed for good does not come back") {
            try gallery.undo(within: week)
        }
        #expect(ReportError(GalleryError.nothingToUndo(within: .zero)).code == .nothingToUndo)
    }

    @Test func aChangeThatChangesNothingIsNotTakenBack() throws {
        try gallery.rename(ada, to: PersonName("Ada"), undo: week)
        try gallery.apply([Made.change("Ada", [Made.new(1)])], job: Made.job(3))
        #expect(try gallery.undo(within: week) == "ada was renamed to Ada")
    }

    // MARK: Remembered faces

    @Test func unknownFacesOfOnePersonAreNamedAtOnce() throws {
        let strangers = [other(of: 30, source: 40, share: 0.2), other(of: 30, source: 41, share: 0.2)]
        try see(strangers[0], Made.new(31), strangers[1])
        let clusters = try gallery.unknowns()
        #expect(clusters.map { $0.map(\.number) } == [[1, 3], [2]])
        #expect(try gallery.name(3, of: job, as: PersonName("eve"), policy: policy).templates == 2)
        #expect(try who(strangers[0]).person == "eve")
        #expect(try gallery.unknowns().map { $0.map(\.number) } == [[2]])
        #expect(throws: GalleryError.faceKnown(job: job.text, face: 1)) {
            try gallery.name(1, of: job, as: ada, policy: policy)
        }
        #expect(try gallery.undo(within: week).hasSuffix("were named eve"))
        #expect(try gallery.unknowns().count == 2)
    }

    @Test func aFaceThatIsDeniedOrSomebodysIsNotNamedByTheWay() throws {
        // As like the others as they are like one another, and one of them like bob.
        let faces = [
            other(of: 30, source: 40, share: 0.2), other(of: 30, source: 41, share: 0.2), other(of: 30, source: 42),
        ]
        try see(faces[0], faces[1], faces[2])
        #expect(try gallery.unknowns().map { $0.map(\.number) } == [[1, 2, 3]])
        let eve = try PersonName("eve")
        try gallery.enroll([Made.new(50)], as: eve)
        _ = try gallery.deny(3, of: job, as: eve, policy: policy)
        try gallery.remove(eve)
        #expect(try gallery.name(1, of: job, as: eve, policy: policy).leftOut.isEmpty, "her denials went with her")
        _ = try gallery.undo(within: week)
        try gallery.enroll([Made.new(30, mixedWith: 43, share: 0.3, source: 43)], as: eve)
        _ = try gallery.deny(3, of: job, as: eve, policy: policy)
        let answer = try gallery.answer(
            GalleryQuestion(.name, person: "eve", job: job, face: 1), policy: policy)
        #expect(answer.changed == 2 && answer.notes?.count == 1, "\(answer)")
        #expect(answer.notes?[0].hasPrefix("Face 3 of \(job) was left out.") == true, "\(answer)")
        #expect(try gallery.unknowns().map { $0.map(\.number) } == [[3]])
        #expect(throws: GalleryError.denied(picture: "a.jpg", person: "eve")) {
            try gallery.name(3, of: job, as: eve, policy: policy)
        }
        // Whoever names has no photograph to enrol with an option.
        let told = try #require(throws: ReportError.self) {
            try gallery.answer(GalleryQuestion(.name, person: "eve", job: job, face: 3), policy: policy)
        }
        #expect(
            told.code == .enrollmentDoubtful && told.hint.contains("`limner gallery confirm \(job) 3 eve`"), "\(told)")
        #expect(!told.hint.contains("doubts"))
        #expect(try gallery.name(3, of: job, as: PersonName("zoe"), policy: policy).templates == 1)
        // One that was seen before bob was enrolled.
        let seen = SeenFace(number: 1, picture: "b.jpg", face: Made.new(2), decision: .unknown, revision: 0)
        try gallery.remember([(Made.job(9), [seen])])
        let known = try #require(throws: GalleryError.self) {
            try gallery.name(1, of: Made.job(9), as: PersonName("zoe"), policy: policy)
        }
        guard case .knownAsAnother("b.jpg", "zoe", "bob", _) = known else {
            Issue.record("\(known)")
            return
        }
    }

    /// Nobody but the claimed person was ruled out: the face of a verification can be corrected, and is no stranger's.
    @Test func theFaceOfAVerificationIsCorrectedButNotAskedAgain() throws {
        let face = other(of: 1, source: 10)
        try gallery.remember([
            (job, [SeenFace(number: 1, picture: "a.jpg", face: face, decision: .unknown, revision: nil)])
        ])
        #expect(try gallery.unknowns().isEmpty)
        try gallery.enroll([Made.new(3)], as: ada)
        #expect(try gallery.outdated().faces.isEmpty)
        _ = try gallery.deny(1, of: job, as: ada, policy: policy)
        #expect(try who(face).denied == ["ada"])
    }

    @Test func whatMayHaveChangedIsAskedAgain() throws {
        let now = try gallery.outdated().revision
        func seen(_ number: Int, _ template: NewTemplate, _ decision: FaceDecision, _ person: String?) -> SeenFace {
            SeenFace(
                number: number, picture: "a.jpg", face: template, decision: decision, person: person, revision: now)
        }
        try gallery.remember([
            (
                job,
                [
                    seen(1, Made.new(1), .match, "ada"), seen(2, Made.new(2), .match, "bob"),
                    seen(3, Made.new(30), .unknown, nil), seen(4, Made.new(31), .review, nil),
                ]
            )
        ])
        #expect(try gallery.outdated().faces.isEmpty, "nobody has changed")
        _ = try gallery.deny(1, of: job, as: ada, policy: policy)
        let (faces, revision) = try gallery.outdated()
        #expect(Set(faces.map(\.number)) == [1, 2, 3, 4] && revision > now)
        let denied = try #require(faces.first { $0.number == 1 })
        #expect(denied.person == "ada" && denied.decision == .match && denied.picture == "a.jpg")
        try gallery.note([(denied, .unknown, nil)], askedAt: revision)
        #expect(try gallery.outdated().faces.isEmpty)
        #expect(try gallery.unknowns().map { $0.map(\.number) } == [[1], [3], [4]])
        #expect(try file.open(at: 1_700_000_000 + 31 * 86_400).expire(policy) == 5, "four faces and a change")
        #expect(try gallery.unknowns().isEmpty)
    }

    /// Workers keep the templates in memory: what is remembered must not make them read all again.
    @Test func rememberingChangesNoAnswer() throws {
        let reader = file.open(.reading)
        let before = try reader.searchIndex(of: Made.model).revision
        try see(Made.new(30))
        #expect(try reader.searchIndex(of: Made.model).revision == before)
        try gallery.enroll([Made.new(3)], as: ada)
        #expect(try reader.searchIndex(of: Made.model).revision > before)
    }
}
