import Gallery
import ModelFiles
import Nets
import Pictures
import Wire

@testable import Faces

/// The real networks, from the model store. When a model is missing the test fails with an error that names
/// `deploy/fetch-models`.
struct FaceNetworks {
    let store = ModelStore()
    let threads = ThreadPool(threads: 2)

    func detector() throws -> FaceDetector { try FaceDetector(model: store.graph(.yunet), threads: threads) }

    func embedder() throws -> FaceEmbedder { try FaceEmbedder(model: store.graph(.sface), threads: threads) }

    func centerFace() throws -> CenterFace { try CenterFace(model: store.graph(.centerface), threads: threads) }

    func reader() throws -> FaceReader {
        try FaceReader(detector: detector(), centerFace: centerFace(), embedder: embedder())
    }
}

// What the tests ask for when nothing else matters.

private let minimumScore: Float = 0.6
private let rule = DecisionRule(threshold: FaceComparison.sfaceThreshold)

extension PictureFile {
    var sha256: String { FileHash.sha256(of: ByteSlice(FileBytes(bytes, name: name))) }
}

extension FaceDetector {
    func faces(in picture: Picture) throws -> [DetectedFace] { try faces(in: picture, minimumScore: minimumScore) }
}

extension Enroller {
    func propose(_ photographs: [PictureFile], as person: PersonName, minimumQuality: Float = 0) throws -> Enrolment {
        try propose(
            photographs.map { ($0, $0.sha256) }, as: person, minimumScore: minimumScore, minimumQuality: minimumQuality)
    }
}

extension Identifier {
    func identify(_ photograph: PictureFile) throws -> Identification {
        try identify(photograph, rule: rule, top: 5, minimumScore: minimumScore)
    }
}

extension Verifier {
    func verify(_ probe: PictureFile, is person: PersonName, in gallery: Gallery) throws -> VerificationResult.Probe {
        try verify(probe, is: person, in: gallery, rule: rule, minimumScore: minimumScore)
    }

    func verify(_ probe: PictureFile, against reference: PictureFile) throws -> VerificationResult.Probe {
        try verify(probe, against: reference, rule: rule, minimumScore: minimumScore)
    }
}
