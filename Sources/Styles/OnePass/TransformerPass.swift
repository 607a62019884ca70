import Nets
import Pictures

/// Repaints pictures of one size by a network of one picture in and one out, in memory that it keeps.
package final class TransformerPass {
    private let size: PixelSize
    private let pixels: PaddedPixels
    private let executor: Executor
    private let input: String
    private let output: String

    /// - Parameters:
    ///   - graph: of one input and one output, `[1, H, W, 3]` both; where it fixes H and W, pictures are brought to that size and back.
    ///   - white: what white is in the network, and in what it gives; black is 0.
    /// - Throws: `StyleError.pictureTooSmall`; `NetsError` for a network that does not take the size, `StyleError.importedUnusable` for one
    ///   that does not give it back.
    init(_ graph: Graph, white: Float, for size: PixelSize, threads: ThreadPool) throws {
        let smallest = TransformerArchitecture.smallestSide
        guard min(size.width, size.height) >= smallest else {
            throw StyleError.pictureTooSmall(width: size.width, height: size.height, smallest: smallest)
        }
        self.size = size
        (input, output) = (graph.inputNames[0], graph.outputNames[0])
        if let fixed = graph.fixedSize {
            pixels = PaddedPixels(fixed, multiple: 1, white: white)
        } else {
            pixels = PaddedPixels(size, multiple: TransformerArchitecture.multiple, white: white)
        }
        executor = try Executor(graph, inputShapes: [input: pixels.shape], threads: threads)
        let shape = executor.output(output).shape
        guard shape == pixels.shape else {
            throw StyleError.importedUnusable(
                path: nil, why: "of a picture of the shape \(pixels.shape) it makes \(shape)")
        }
    }

    /// Of an opaque picture; the result has its size.
    ///
    /// - Throws: `StyleError.ruined`.
    package func repaint(_ picture: Picture) throws(StyleError) -> Picture {
        precondition(picture.size == size, "a picture of \(picture.size) in a pass for \(size)")
        let content = picture.resized(to: pixels.size)
        pixels.write(content, to: executor.input(input))
        executor.forward()
        return try pixels.read(executor.output(output), inPlaceOf: content).resized(to: size)
    }
}

extension Graph {
    /// Of the pictures that the network takes, where it takes no others.
    var fixedSize: PixelSize? {
        guard let dims = inputs.first?.dims, dims.count == 4, let height = dims[1], let width = dims[2] else {
            return nil
        }
        return PixelSize(width: width, height: height)
    }
}
