import Wire

/// What can be wrong with the gallery, or with a question to it.
package enum GalleryError: Error, Equatable {
    case empty(path: String)
    case personUnknown(name: String, nearest: String?, enrolled: Int)
    /// Somebody whose last template was denied.
    case withoutTemplates(person: String)
    /// A rename onto somebody else.
    case personExists(name: String, renaming: String)
    case nothingToEnroll(person: String)
    /// A face that is to be enrolled is nearer to somebody else than strangers are.
    case knownAsAnother(picture: String, person: String, other: String, cosine: Float)
    /// A face that is to be enrolled is further from all of the person's than two photographs of one person are.
    case unlike(picture: String, person: String, cosine: Float, least: Double)
    /// Photographs of one job are not all of one person.
    case notOnePerson(pictures: [String], cosine: Float, least: Double)
    /// A face that is to be enrolled is one of which the person was denied.
    case denied(picture: String, person: String)
    /// No template of a person, or several, are of a photograph whose hash begins so.
    case templateUnknown(person: String, source: String, matches: Int)
    /// The job's face is not, or no longer, remembered.
    case faceForgotten(job: String, face: Int)
    /// The job's face is somebody's.
    case faceKnown(job: String, face: Int)
    case nothingToUndo(within: Duration)
    /// So few strangers cannot tell of so small a share.
    case unmeasurable(fpir: Double, strangers: Int)
    /// There is something to compare with, but all of it was made by other networks.
    case templatesOfOtherModels(scope: String, current: String, others: [String: Int])
    /// The file of a learned model, which says how templates are compared.
    case modelUnreadable(model: String, path: String, reason: String)
    case unusable(path: String, reason: String)
    /// The file, or a folder on the way to it, is closed to this user.
    case forbidden(path: String)
    /// The file of the key cannot be read, or is none.
    case keyUnusable(path: String, reason: String)
    /// Templates are sealed, and no key is named, or another.
    case locked(path: String, reason: String)
    case diskFull(path: String)
    /// A writer was killed within a change, and a reader cannot undo it.
    case brokenOff(path: String)
    case tooNew(path: String, version: Int, newestKnown: Int)
    case exportInvalid(reason: String)
    case exportTooNew(version: Int, newestKnown: Int)
}

extension ReportError {
    /// The error as users meet it.
    ///
    /// - Parameter accepting: how a face becomes somebody's in spite of what speaks against it.
    package init(_ error: GalleryError, accepting: String = "enrol it with the option `doubts`: `accept`") {
        switch error {
        case .empty(let path):
            self.init(code: .galleryEmpty, message: "Nobody is enrolled in \(path).")
        case .personUnknown(let name, let nearest, let enrolled):
            self.init(
                code: .personUnknown, message: "Nobody named “\(name)” is among the \(enrolled) enrolled.",
                hint: nearest.map { "Did you mean “\($0)”?" } ?? "Drop a photograph into inbox/enroll/\(name)/ first.")
        case .withoutTemplates(let person):
            self.init(
                code: .personUnknown, message: "“\(person)” has no template to compare with.",
                hint: "Drop a photograph into inbox/enroll/\(person)/ first.")
        case .personExists(let name, let person):
            self.init(
                code: .nameInvalid, message: "Somebody named “\(name)” is already enrolled.",
                hint:
                    "Choose another name; if both are one person, `limner gallery merge \(person.shellWord) \(name.shellWord)`."
            )
        case .nothingToEnroll(let person):
            self.init(
                code: .pictureMissing, message: "No photograph was given to enroll \(person).",
                hint: "Give at least one picture.")
        case .knownAsAnother(let picture, let person, let other, let cosine):
            self.init(
                code: .enrollmentDoubtful,
                message: """
                    The face in \(picture) is \(other)'s by the gallery (cosine \(cosine.rounded4)), not \(person)'s.
                    """,
                hint: """
                    If it is \(person)'s, \(accepting); \
                    if both are one person, enrol it as \(other), or join the two with `limner gallery merge`.
                    """)
        case .unlike(let picture, let person, let cosine, let least):
            self.init(
                code: .enrollmentDoubtful,
                message: """
                    The face in \(picture) is unlike all of \(person)'s: cosine \(cosine.rounded4), at least \
                    \(least.rounded4) is needed.
                    """,
                hint: "If it is \(person)'s, \(accepting).")
        case .notOnePerson(let pictures, let cosine, let least):
            let names = pictures.prefix(5).joined(separator: ", ") + (pictures.count > 5 ? " and more" : "")
            self.init(
                code: .enrollmentDoubtful,
                message: """
                    The photographs are not all of one person: \(names) against the others has cosine \
                    \(cosine.rounded4), at least \(least.rounded4) is needed.
                    """,
                hint: "Take out the wrong ones; if they are right, \(accepting).")
        case .denied(let picture, let person):
            self.init(
                code: .enrollmentDoubtful,
                message: "The face in \(picture) is one of which somebody has said that it is not \(person)'s.",
                hint: "If it is \(person)'s after all, \(accepting).")
        case .templateUnknown(let person, let source, let matches):
            self.init(
                code: .optionInvalid,
                message: "“\(source)” is the beginning of \(matches) of the hashes of \(person)'s photographs.",
                hint:
                    "Give more of one of the hashes that `limner gallery show \(person.shellWord)` prints, and another person."
            )
        case .faceForgotten(let job, let face):
            self.init(
                code: .faceUnknown, message: "Face \(face) of \(job) is not remembered.",
                hint: """
                    The numbers stand in the job's report; faces are remembered for as long as `faces.remember` says. \
                    Drop the picture again.
                    """)
        case .faceKnown(let job, let face):
            self.init(
                code: .faceUnknown, message: "Face \(face) of \(job) is somebody's already, not an unknown person's.",
                hint: "`limner gallery deny` or `confirm` it; `limner gallery unknowns` lists who is unknown.")
        case .nothingToUndo(let within):
            self.init(
                code: .nothingToUndo,
                message: within > .zero
                    ? "Nothing was changed in the last \(DurationText.text(of: within))."
                    : "Nothing can be undone: `faces.undo` is 0.",
                hint:
                    "`faces.undo` says how long a change can be taken back; after an erasure nothing before it can be.")
        case .unmeasurable(let fpir, let strangers):
            self.init(
                code: .promiseUnmeasurable,
                message: """
                    That at most \((fpir * 100).plain) % of strangers are taken for somebody is not measurable with \(strangers) \
                    strangers.
                    """,
                hint: "Ask for a `fpir` of at least \(Self.leastRate(strangers)), or give a `threshold`.")
        case .templatesOfOtherModels(let scope, let current, let others):
            let counts = others.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
            self.init(
                code: .templateModelMismatch, message: "No template of \(current) for \(scope), only of \(counts).",
                hint: """
                    Enroll the photographs again with \(current), or go back with `limner models retire` to the model that made the \
                    templates; `limner gallery list` shows who is meant.
                    """)
        case .modelUnreadable(let model, let path, let reason):
            self.init(
                code: .modelMissing, message: "The model in use, \(model), cannot be read from \(path): \(reason).",
                hint:
                    "If it is there, make it readable for the user that runs `limnerd`; else import it again with `limner models import`, or set `faces.embedder` to another model."
            )
        case .unusable(let path, let reason):
            self.init(
                code: .galleryUnusable, message: "The gallery \(path) cannot be used: \(reason).",
                hint:
                    "Check that the file is readable, writable and a Limner gallery, or move it away and import an export."
            )
        case .forbidden(let path):
            self.init(
                code: .galleryUnusable, message: "The gallery \(path) may not be opened: permission denied.",
                hint: """
                    It is for nobody but the user that runs limnerd: ask while limnerd runs, which answers the studio's group, or as \
                    that user.
                    """)
        case .keyUnusable(let path, let reason):
            self.init(
                code: .galleryLocked,
                message: "The key file \(path), which `faces.keyFile` names, cannot be used: \(reason).",
                hint:
                    "Put it there, readable for the user that runs `limnerd`; of a gallery that was never sealed, take `faces.keyFile` out."
            )
        case .locked(let path, let reason):
            self.init(code: .galleryLocked, message: "The gallery \(path) does not open: \(reason).")
        case .diskFull(let path):
            self.init(code: .diskFull, message: "There is no space left to change the gallery \(path).")
        case .brokenOff(let path):
            self.init(
                code: .galleryUnusable,
                message: "A change of the gallery \(path) was broken off and is to be undone first.",
                hint: "Start limnerd, which undoes it.")
        case .tooNew(let path, let version, let newestKnown):
            self.init(
                code: .galleryUnusable,
                message:
                    "The gallery \(path) has format \(version), and this program knows formats up to \(newestKnown).",
                hint: "Use the newer version of Limner that wrote it.")
        case .exportInvalid(let reason):
            self.init(
                code: .optionInvalid, message: "The gallery export cannot be read: \(reason).",
                hint: "Export the gallery again; the file must be what `limner gallery export` wrote.")
        case .exportTooNew(let version, let newestKnown):
            self.init(
                code: .optionInvalid,
                message:
                    "The gallery export has format \(version), and this program knows formats up to \(newestKnown).",
                hint: "Use the newer version of Limner that wrote it.")
        }
    }

    /// What half of one among so many strangers is, and not less.
    private static func leastRate(_ strangers: Int) -> String {
        "\((1e4 / Double(2 * max(1, strangers))).rounded(.up) / 1e4)"
    }
}

extension GalleryError: CustomStringConvertible {
    package var description: String {
        let error = ReportError(self)
        return "\(error.message) \(error.hint)"
    }
}
