import Nets

/// What a network sees at single pixels: the colour, in 0…1, and the features of several layers about it, between cells on straight
/// lines, one behind the other (Hariharan et al. 2015; Kolkin, Salavon and Shakhnarovich 2019, section 3.1).
struct Hypercolumns {
    /// As many as the paper takes.
    static let most = 1024
    /// What the colour has of each.
    static let colours = 3

    struct Layer {
        /// `[1, H, W, N]`.
        let feature: Tensor
        /// Where derivatives are added; `nil` where none are asked for.
        let seed: Tensor?
        /// Pixels from cell to cell.
        let stride: Int
        /// What features are multiplied by.
        let scale: Float
    }

    private let layers: [Layer]
    /// Of the picture, `[1, H, W, 3]`.
    private let shape: Shape
    private let threads: ThreadPool
    /// Numbers in each.
    let width: Int

    init(of layers: [Layer], in shape: Shape, threads: ThreadPool) {
        self.layers = layers
        self.shape = shape
        self.threads = threads
        width = layers.reduce(Self.colours) { $0 + $1.feature.shape.channels }
    }

    /// Four cells of a layer, and what each has of a place between them.
    private struct Corners {
        let cells: SIMD4<Int>
        let shares: SIMD4<Float>

        /// - Parameter pixel: counted in reading order.
        init(of pixel: Int, in layer: Layer, width: Int) {
            func place(_ pixel: Int, _ count: Int) -> (first: Int, next: Int, part: Float) {
                let place = min(max((Float(pixel) + 0.5) / Float(layer.stride) - 0.5, 0), Float(count - 1))
                let first = Int(place)
                return (first, min(first + 1, count - 1), place - Float(first))
            }
            let across = layer.feature.shape.width
            let row = place(pixel / width, layer.feature.shape.height)
            let column = place(pixel % width, across)
            cells = SIMD4(
                row.first * across + column.first, row.first * across + column.next,
                row.next * across + column.first,
                row.next * across + column.next)
            shares = SIMD4(
                (1 - row.part) * (1 - column.part), (1 - row.part) * column.part,
                row.part * (1 - column.part),
                row.part * column.part)
        }
    }

    /// - Parameters:
    ///   - places: pixels, counted in reading order.
    ///   - pixels: of the picture, in 0…255.
    ///   - columns: `[places, width]`, is written over from a row on.
    func write(at places: [Int], of pixels: Tensor, to columns: Tensor, from row: Int = 0) {
        threads.parallel(places.count) { index, _ in
            let column = columns.pointer + (row + index) * width
            for channel in 0..<Self.colours {
                column[channel] = pixels.pointer[places[index] * 3 + channel] / 255
            }
            var start = Self.colours
            for layer in layers {
                let channels = layer.feature.shape.channels
                let corners = Corners(of: places[index], in: layer, width: shape.width)
                for channel in 0..<channels {
                    var value: Float = 0
                    for corner in 0..<4 {
                        value +=
                            corners.shares[corner]
                            * layer.feature.pointer[corners.cells[corner] * channels + channel]
                    }
                    column[start + channel] = layer.scale * value
                }
                start += channels
            }
        }
    }

    /// The transpose: adds derivatives by columns to the layers' seeds, and to the gradient of the pixels, `[1, H, W, 3]`.
    func pullBack(_ slopes: Tensor, at places: [Int], addingTo gradient: Tensor) {
        for (index, place) in places.enumerated() {
            for channel in 0..<Self.colours {
                gradient.pointer[place * 3 + channel] += slopes.pointer[index * width + channel] / 255
            }
        }
        let starts = layers.reduce(into: [Self.colours]) {
            $0.append($0.last! + $1.feature.shape.channels)
        }
        threads.parallel(layers.count) { number, _ in
            let layer = layers[number]
            guard let seed = layer.seed else { return }
            let channels = layer.feature.shape.channels
            for (index, place) in places.enumerated() {
                let slope = slopes.pointer + index * width + starts[number]
                let corners = Corners(of: place, in: layer, width: shape.width)
                for corner in 0..<4 where corners.shares[corner] > 0 {
                    let (cell, share) = (
                        seed.pointer + corners.cells[corner] * channels, layer.scale * corners.shares[corner]
                    )
                    for channel in 0..<channels { cell[channel] += share * slope[channel] }
                }
            }
        }
    }

    /// Draws pixels, one of each of `count` equal stretches of the picture in reading order, by what the mask has of it.
    static func places(
        _ count: Int, of shape: Shape, in mask: RegionMask?, _ generator: inout SeededGenerator
    ) -> [Int] {
        let area = shape.height * shape.width
        guard let mask else {
            return (0..<count).map {
                min(area - 1, Int((Double($0) + generator.uniform()) / Double(count) * Double(area)))
            }
        }
        let total = mask.values.reduce(0.0) { $0 + Double($1) }
        var (pixel, passed) = (0, Double(mask.values[0]))
        return (0..<count).map { index in
            let wanted = (Double(index) + generator.uniform()) / Double(count) * total
            while passed <= wanted, pixel + 1 < area {
                pixel += 1
                passed += Double(mask.values[pixel])
            }
            return pixel
        }
    }
}
