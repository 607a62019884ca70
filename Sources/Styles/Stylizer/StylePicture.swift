import Pictures

/// A style picture and its share among the others; shares need not add up to 1.
package struct StylePicture: Sendable {
    package let picture: Picture
    /// Of a style with a mask, a factor on its strength.
    package let weight: Double
    /// Where the style applies: white; stretched to the photograph. Styles without one paint what the masks leave.
    package let mask: Picture?

    package init(_ picture: Picture, weight: Double = 1, mask: Picture? = nil) {
        self.picture = picture
        self.weight = weight
        self.mask = mask
    }
}

/// What a picture is repainted after.
package enum StyleSource: Sendable {
    case pictures([StylePicture])
    case numbered([StyleRecipe.NumberedStyle])
}
