import Pictures
import Wire

/// One face of a photograph, ready to be compared.
package struct FaceReading: Equatable, Sendable {
    /// In pixels of the upright photograph at full size.
    package let face: DetectedFace
    package let quality: FaceQuality
    package let template: Template
}

/// The faces of a photograph, best first, in pixels of the upright photograph at full size.
package struct FaceSighting: Sendable {
    package let name: String
    package let size: PixelSize
    package let faces: [DetectedFace]
    /// Those of them, or nearly, that a search of the whole saw, without a closer look.
    let seenAtOnce: [DetectedFace]
    /// The picture that was searched before it was scaled; smaller than `size` where the photograph is large.
    let decoded: Picture
}

/// Reads faces off photographs: decodes, detects, refines, aligns, embeds.
///
/// Not `Sendable`: the networks own their buffers.
package final class FaceReader {
    package let detector: FaceDetector
    package let embedder: FaceEmbedder
    package var scale: SearchScale
    /// Pixels a side that a face's chip is reduced to before it is embedded, as if it were far away; nil for all there are.
    package var resolution: Int?
    private let refiner: LandmarkRefiner
    private let aligner = FaceAligner()
    /// Milliseconds spent on each stage since the last `takeTimings()`.
    private var timings = FaceTimings()
    private let clock = ContinuousClock()

    package init(
        detector: FaceDetector, centerFace: CenterFace, embedder: FaceEmbedder, scale: SearchScale = SearchScale()
    ) {
        self.detector = detector
        refiner = LandmarkRefiner(centerFace: centerFace)
        self.embedder = embedder
        self.scale = scale
    }

    /// Finds the faces of a photograph; finding none is no error.
    ///
    /// A large JPEG is decoded only as large as the searches need; where small faces are seen, in full, to find more of them.
    /// - Throws: `PictureError`, `NetsError`.
    package func sight(_ photograph: PictureFile, minimumScore: Float) throws -> FaceSighting {
        let (decoded, size) = try timed(\.decode) {
            let header = try photograph.header()
            let picture = try photograph.decode(scale: .covering(longSide: scale.longest)).opaque()
            return (picture, header.size)
        }
        let faces = try timed(\.detect) {
            try FaceSearch(detector: detector, scale: scale, minimumScore: minimumScore).faces(in: decoded, of: size)
        }
        let crowd = CrowdSearch(detector: detector, scale: scale, minimumScore: minimumScore)
        guard let side = crowd.closerSide(size) else {
            return FaceSighting(name: photograph.name, size: size, faces: faces, seenAtOnce: faces, decoded: decoded)
        }
        let closer =
            decoded.size.longSide >= side
            ? decoded : try timed(\.decode) { try photograph.decode(scale: .covering(longSide: side)).opaque() }
        let look = try timed(\.detect) { try crowd.look(at: closer, of: size, beside: faces) }
        guard !look.crowded.isEmpty else {
            return FaceSighting(
                name: photograph.name, size: size, faces: look.faces, seenAtOnce: faces, decoded: decoded)
        }
        let whole = closer.size == size ? closer : try timed(\.decode) { try photograph.decode().opaque() }
        let close = try timed(\.detect) { try crowd.faces(in: whole, beside: look.faces, where: look.crowded) }
        // Where nothing came of it, faces are cut from what they are always cut from.
        return FaceSighting(
            name: photograph.name, size: size, faces: close, seenAtOnce: faces,
            decoded: close == look.faces ? decoded : whole)
    }

    /// Makes templates of faces that `sight` found in the same photograph, in their order; one that cannot be read, by
    /// `FaceError.landmarksCollapsed` or `.templateWorthless`, keeps no other from it.
    ///
    /// Landmarks are looked at again, closer. Faces that are smaller in the decoded picture than in a chip are cut from the
    /// photograph at full size.
    /// - Throws: `PictureError`, `NetsError`.
    package func read(
        _ faces: [DetectedFace], of sighting: FaceSighting, in photograph: PictureFile
    ) throws -> [Result<FaceReading, FaceError>] {
        let seen = try chips(of: faces, of: sighting, in: photograph)
        var embeddings = timed(\.embed) { embedder.embeddings(of: seen.compactMap(\.chip)) }[...]
        return seen.map { face, chip in
            guard let chip else {
                return .failure(.landmarksCollapsed(picture: sighting.name, box: face.box))
            }
            guard let embedding = embeddings.removeFirst() else {
                return .failure(
                    .templateWorthless(picture: sighting.name, box: face.box, model: embedder.model.name))
            }
            return .success(
                FaceReading(
                    face: face, quality: FaceQuality(face: face, chip: chip, magnitude: embedding.magnitude),
                    template: embedding.template))
        }
    }

    /// Each face with its landmarks looked at again, and its chip; nil where the landmarks have collapsed.
    private func chips(
        of faces: [DetectedFace], of sighting: FaceSighting, in photograph: PictureFile
    ) throws -> [(face: DetectedFace, chip: FaceChip?)] {
        guard !faces.isEmpty else { return [] }
        let picture = try timed(\.decode) { try pictureToCut(faces, of: sighting, from: photograph) }
        let refined = try timed(\.detect) {
            try faces.map { face in
                var face = face
                let found = face.scaled(from: sighting.size, to: picture.size)
                face.landmarks =
                    try refiner.refined(found, in: picture).scaled(from: picture.size, to: sighting.size).landmarks
                return face
            }
        }
        return timed(\.align) {
            refined.map { face in
                let chip = aligner.chip(of: face.scaled(from: sighting.size, to: picture.size).landmarks, in: picture)
                return (face, resolution.map { chip?.reduced(to: $0) } ?? chip)
            }
        }
    }

    /// The chip of the one face of a photograph that must show one, without a template.
    ///
    /// - Throws: as ``readOne(_:choosing:minimumScore:)``, and `FaceError.qualityTooLow`.
    package func chip(
        of photograph: PictureFile, choosing choice: FaceChoice, minimumScore: Float, minimumQuality: Float
    ) throws -> FaceChip {
        let sighting = try sight(photograph, minimumScore: minimumScore)
        let face = try choice.choose(from: sighting, minimumScore: minimumScore)
        let seen = try chips(of: [face], of: sighting, in: photograph)[0]
        guard let chip = seen.chip else { throw FaceError.landmarksCollapsed(picture: sighting.name, box: face.box) }
        let quality = FaceQuality(face: seen.face, chip: chip, magnitude: nil).overall
        guard quality >= minimumQuality else {
            throw FaceError.qualityTooLow(
                picture: sighting.name, box: face.box, quality: quality, least: minimumQuality)
        }
        return chip
    }

    /// Every face of a photograph, best first, as it was found and as it was read; finding none is no error.
    package func readAll(
        _ photograph: PictureFile, minimumScore: Float
    ) throws -> [(face: DetectedFace, reading: Result<FaceReading, FaceError>)] {
        let sighting = try sight(photograph, minimumScore: minimumScore)
        return Array(zip(sighting.faces, try read(sighting.faces, of: sighting, in: photograph)))
    }

    /// The one face of a photograph that must show one.
    ///
    /// - Throws: `FaceError.noFace`, `.severalFaces`, and as `read`.
    package func readOne(
        _ photograph: PictureFile, choosing choice: FaceChoice, minimumScore: Float
    ) throws -> FaceReading {
        let sighting = try sight(photograph, minimumScore: minimumScore)
        let face = try choice.choose(from: sighting, minimumScore: minimumScore)
        return try read([face], of: sighting, in: photograph)[0].get()
    }

    /// What the stages took since the last call, and starts anew.
    package func takeTimings() -> FaceTimings {
        defer { timings = FaceTimings() }
        return timings
    }

    private func pictureToCut(
        _ faces: [DetectedFace], of sighting: FaceSighting, from photograph: PictureFile
    ) throws -> Picture {
        let decoded = sighting.decoded
        guard decoded.size != sighting.size else { return decoded }
        let shrunk = Float(decoded.width) / Float(sighting.size.width)
        let smallest = faces.map(\.landmarks.eyeDistance).min()! * shrunk
        return smallest >= FaceChip.landmarks.eyeDistance ? decoded : try photograph.decode().opaque()
    }

    private func timed<T>(_ stage: WritableKeyPath<FaceTimings, Double>, _ work: () throws -> T) rethrows -> T {
        let start = clock.now
        defer { timings[keyPath: stage] += (clock.now - start) / .milliseconds(1) }
        return try work()
    }
}

/// Milliseconds by stage.
package struct FaceTimings: Codable, Equatable, Sendable {
    package var decode = 0.0
    package var detect = 0.0
    package var align = 0.0
    package var embed = 0.0
}

/// Which face of a photograph is meant where one is needed.
package enum FaceChoice: Equatable, Sendable {
    /// The only one; a second is an error, but for somebody far behind it. For enrolment, where a wrong face would poison a person.
    case only
    /// The largest, if it covers at least four times the area of every other; otherwise several are an error.
    /// For a probe, behind which somebody may walk by.
    case prominent

    /// Of so many times the area of every other, a face is prominent.
    private static let prominence: Float = 4

    /// - Throws: `FaceError.noFace`, `.severalFaces`.
    func choose(from sighting: FaceSighting, minimumScore: Float) throws -> DetectedFace {
        let faces = sighting.faces.sorted { $0.box.area > $1.box.area }
        guard let largest = faces.first else {
            throw FaceError.noFace(
                picture: sighting.name, width: sighting.size.width, height: sighting.size.height,
                minimumScore: minimumScore)
        }
        let isAlone = faces.dropFirst().allSatisfy { other in
            // Whom only a closer look saw stands far behind a face that is prominent.
            (self == .prominent || CrowdSearch.isNew(other, beside: sighting.seenAtOnce))
                && largest.box.area >= Self.prominence * other.box.area
        }
        guard isAlone else {
            throw FaceError.severalFaces(picture: sighting.name, boxes: sighting.faces.map(\.box))
        }
        return largest
    }
}
