import ModelFiles
import Nets
import Pictures
import Wire

import func Foundation.exp

/// Finds faces with CenterFace, whose landmarks are more exact than YuNet's and whose search costs more.
///
/// Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point" (2019): each face is a peak in a map of
/// centres, at a quarter of the picture's size.
///
/// Not `Sendable`: it owns the network's buffers.
package final class CenterFace {
    private let network: DetectorNetwork
    private let suppression = NonMaximumSuppression()

    /// - Throws: `FaceError.modelUnfit` when the network does not have CenterFace's input and its four outputs.
    package init(model: LoadedModel, threads: ThreadPool) throws {
        let maps = CenterFaceMaps.Name.allCases.map(\.rawValue)
        network = try DetectorNetwork(model: model, outputs: maps, threads: threads)
    }

    /// The faces of a picture at its own size, best first.
    ///
    /// - Parameters:
    ///   - picture: RGB, without alpha; padded at the right and below with black.
    ///   - minimumScore: 0…1; 0.2 and more is a face.
    /// - Throws: `NetsError` when the network does not take a picture of this size.
    package func faces(in picture: Picture, minimumScore: Float) throws -> [DetectedFace] {
        let (executor, width, height) = try network.run(on: picture)
        func values(_ name: CenterFaceMaps.Name) -> [Float] { executor.output(name.rawValue).values }
        let maps = CenterFaceMaps(
            columns: width / CenterFaceMaps.stride, rows: height / CenterFaceMaps.stride, centres: values(.centres),
            sizes: values(.sizes), offsets: values(.offsets), points: values(.points))
        return suppression.survivors(of: maps.faces(minimumScore: minimumScore))
    }
}

/// What CenterFace answers: four maps over a grid of cells, in row-major order.
struct CenterFaceMaps {
    /// Pixels of the network's input between two cells.
    static let stride = 4
    /// The network's outputs, by the names that its file gives them.
    enum Name: String, CaseIterable {
        case centres = "537"
        case sizes = "538"
        case offsets = "539"
        case points = "540"
    }

    let columns: Int
    let rows: Int
    /// Probability that a face has its centre in the cell: `[rows·columns]`.
    let centres: [Float]
    /// Logarithms of height and width, in strides: `[rows·columns, 2]`.
    let sizes: [Float]
    /// Of the centre, rows first, in strides: `[rows·columns, 2]`.
    let offsets: [Float]
    /// The five points as parts of the box from its corner, rows first: `[rows·columns, 5, 2]`.
    let points: [Float]

    /// The faces of at least `minimumScore`, in pixels of the network's input, before non-maximum suppression.
    ///
    /// A cell whose numbers are not finite is no face.
    func faces(minimumScore: Float) -> [DetectedFace] {
        precondition(
            centres.count == rows * columns && sizes.count == 2 * centres.count && offsets.count == 2 * centres.count
                && points.count == 10 * centres.count,
            """
            CenterFace has \(columns)×\(rows) cells, but its maps hold \(centres.count), \(sizes.count), \
            \(offsets.count) and \(points.count) numbers
            """)
        return centres.indices.compactMap { cell in
            guard centres[cell] >= minimumScore else { return nil }
            let face = face(at: cell)
            return face.isFinite ? face : nil
        }
    }

    private func face(at cell: Int) -> DetectedFace {
        let step = Float(Self.stride)
        let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
        let (height, width) = (exp(sizes[2 * cell]) * step, exp(sizes[2 * cell + 1]) * step)
        let x = (Float(column) + offsets[2 * cell + 1] + 0.5) * step - width / 2
        let y = (Float(row) + offsets[2 * cell] + 0.5) * step - height / 2
        func point(_ index: Int) -> FacePoint {
            FacePoint(
                x: x + points[10 * cell + 2 * index + 1] * width, y: y + points[10 * cell + 2 * index] * height)
        }
        return DetectedFace(
            box: FaceBox(x: x, y: y, width: width, height: height),
            landmarks: FaceLandmarks(points: (0..<5).map(point)),
            score: min(centres[cell], 1))
    }
}
