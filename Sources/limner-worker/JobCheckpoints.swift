import Crypto
import Faces
import Foundation
import ModelFiles
import Parsing
import Styles
import Wire

/// A job's half-done work between its attempts: of each picture the state of its painting or, once it is painted and others
/// follow, its output; of learning the faces that were read, and where it stood.
///
/// Whatever is wrong with what was kept, or with keeping it, costs time only: it is said, and the work is done anew.
final class JobCheckpoints {
    /// A picture that an earlier attempt has finished.
    struct Finished: Codable {
        /// What it was made of; see ``JobCheckpoints/key(_:)``.
        var key: String
        var sha256: String
        var painting: StylizationResult.Painting
        var models: [ModelFacts]
    }

    let place: CheckpointPlace
    /// Names the task with its options as resolved, and what else it is made with.
    private let origin: String
    /// Whether the other side asks for what has been done.
    private let isAskedFor: () -> Bool
    private var last = ContinuousClock.now
    /// What the last one took.
    private var cost = Duration.zero
    /// A checkpoint may be as large as a gigabyte; keeping it is to take no more than one part in so many of the time.
    private static let rest = 20

    init(_ place: CheckpointPlace, origin: String, isAskedFor: @escaping () -> Bool) {
        self.place = place
        self.origin = origin
        self.isAskedFor = isAskedFor
    }

    /// Names all that a painting is made with; a name of a style may mean another one by now.
    static func origin(of plan: StylePlan) throws -> String {
        var hash = SHA256()
        hash.update(data: try WireJSON.encode(plan.settings.options))
        switch plan.styles {
        case .pictures: break
        case .numbered(let styles): hash.update(data: Data("\(styles)".utf8))
        case .learned(let style): hash.update(data: Data(style.fingerprint.utf8))
        case .imported(let style): hash.update(data: Data("\(style.facts.sha256) \(style.facts.use)".utf8))
        }
        for style in plan.styles.pictures {
            hash.update(data: Data("style \(style.weight)".utf8))
            hash.update(data: style.file.bytes)
            for mask in style.masks {
                hash.update(data: Data("mask".utf8))
                hash.update(data: mask.bytes)
            }
        }
        return hash.finalize().hexadecimal
    }

    // MARK: Work that is not done

    /// For the painting of one of the job's pictures.
    func painting(of index: Int) -> StyleCheckpoints { checkpoints("\(index)", of: "it") }

    /// For learning from faces.
    func learning(_ faces: KeptFaces) -> LearningCheckpoints {
        checkpoints("learning", of: "learning") { try faces.write() }
    }

    /// For learning a style.
    func learningStyle() -> StyleLearningCheckpoints { checkpoints("style", of: "learning") }

    /// - Parameters:
    ///   - name: of the file, without its ending.
    ///   - work: what begins anew when the file is of no use.
    ///   - before: keeps what else is needed.
    private func checkpoints<State>(
        _ name: String, of work: String, _ before: @escaping () throws -> Void = {}
    ) -> Checkpoints<State> {
        let path = "\(place.folder)/\(name).safetensors"
        var start: State?
        if FileManager.default.fileExists(atPath: path) {
            do {
                start = try State(reading: path)
            } catch {
                Self.say("\(work) begins anew, since \(error)")
            }
        }
        return Checkpoints(
            start: start, isDue: { self.isDue },
            keep: { checkpoint in
                self.keepNow {
                    try before()
                    try checkpoint.write(to: path)
                }
            })
    }

    /// The faces of a job's pictures that an earlier attempt has read.
    func faces(of pictures: [InputPicture]) -> KeptFaces {
        KeptFaces(in: place.folder, origin: "\(LimnerVersion.text) \(origin)", pictures)
    }

    // MARK: When

    /// Keeps what is due, and notes what that took.
    func keepNow(_ body: () throws -> Void) {
        let begun = ContinuousClock.now
        keep(body)
        last = .now
        cost = begun.duration(to: last)
    }

    var isDue: Bool {
        if isAskedFor() { return true }
        guard place.interval > 0 else { return false }
        return last.duration(to: .now) >= max(.seconds(place.interval), cost * Self.rest)
    }

    // MARK: A picture that is done

    /// Names what a picture is made of, and by whom.
    func key(_ content: JobInput) -> String { "\(LimnerVersion.text) \(origin) \(content.sha256)" }

    /// A picture that was finished in an earlier attempt, and its file.
    func finished(_ index: Int, _ content: JobInput) -> (facts: Finished, bytes: [UInt8])? {
        guard let json = FileManager.default.contents(atPath: "\(place.folder)/\(index).json"),
            let facts = try? WireJSON.decode(Finished.self, from: json), facts.key == key(content),
            let data = FileManager.default.contents(atPath: "\(place.folder)/\(index).output"),
            SHA256.hash(data: data).hexadecimal == facts.sha256
        else { return nil }
        return (facts, [UInt8](data))
    }

    /// Keeps a picture for as long as others of the job are not done.
    func finish(
        _ index: Int, _ content: JobInput, _ painting: StylizationResult.Painting, _ sha256: String,
        _ models: [ModelFacts], _ bytes: [UInt8]
    ) {
        let facts = Finished(key: key(content), sha256: sha256, painting: painting, models: models)
        keep {
            // A file that is torn or missing after a power cut has another hash.
            try Data(bytes).write(to: URL(fileURLWithPath: "\(place.folder)/\(index).output"), options: .atomic)
            try WireJSON.encode(facts)
                .write(to: URL(fileURLWithPath: "\(place.folder)/\(index).json"), options: .atomic)
            try? FileManager.default.removeItem(atPath: "\(place.folder)/\(index).safetensors")
        }
    }

    private func keep(_ body: () throws -> Void) {
        do {
            try FileManager.default.createDirectory(atPath: place.folder, withIntermediateDirectories: true)
            try body()
        } catch {
            Self.say("what it has done so far is not kept: \(error.words)")
        }
    }

    static func say(_ text: String) {
        FileHandle.standardError.write(Data("limner-worker: \(text)\n".utf8))
    }
}
