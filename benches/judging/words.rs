//! Our own words for made desks: 100 things that a shop sells and 30 deeds make 3,000 articles that nobody mistakes for one another at a glance,
//! and what people tell around a question. Numbers come from a seed, so each run reads the same mails.

/// Numbers that are the same in each run (xorshift, Marsaglia 2003).
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// One of so many.
    pub fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % count as u64) as usize
    }
}

pub const THINGS: [&str; 100] = [
    "kettle",
    "teapot",
    "mug",
    "saucer",
    "tray",
    "lantern",
    "candle",
    "blanket",
    "pillow",
    "mattress",
    "curtain",
    "carpet",
    "lamp",
    "bulb",
    "mirror",
    "frame",
    "shelf",
    "drawer",
    "cupboard",
    "wardrobe",
    "bench",
    "stool",
    "armchair",
    "sofa",
    "desk",
    "bookcase",
    "ladder",
    "hammock",
    "parasol",
    "awning",
    "barbecue",
    "grill",
    "smoker",
    "fire bowl",
    "wheelbarrow",
    "rake",
    "spade",
    "hose",
    "sprinkler",
    "greenhouse",
    "planter",
    "trellis",
    "birdhouse",
    "beehive",
    "compost bin",
    "rain barrel",
    "fountain",
    "pump",
    "heater",
    "fan",
    "humidifier",
    "purifier",
    "vacuum cleaner",
    "broom",
    "bucket",
    "iron",
    "sewing machine",
    "loom",
    "spinning wheel",
    "easel",
    "brush set",
    "printer",
    "scanner",
    "headset",
    "microphone",
    "speaker",
    "turntable",
    "radio",
    "alarm clock",
    "wristwatch",
    "compass",
    "telescope",
    "binoculars",
    "camera",
    "tripod",
    "backpack",
    "suitcase",
    "tent",
    "sleeping bag",
    "stove",
    "canteen",
    "paddle",
    "canoe",
    "kayak",
    "surfboard",
    "skateboard",
    "scooter",
    "helmet",
    "saddle",
    "bridle",
    "leash",
    "aquarium",
    "terrarium",
    "scratching post",
    "cradle",
    "pram",
    "high chair",
    "dollhouse",
    "puzzle",
    "chess set",
];

/// A deed: as people ask how to do it, and as they say that it is to be done.
pub const DEEDS: [(&str, &str); 30] = [
    ("assemble", "putting together"),
    ("clean", "cleaning"),
    ("repair", "repairing"),
    ("paint", "painting"),
    ("sharpen", "sharpening"),
    ("store over winter", "winter storage of"),
    ("engrave", "engraving"),
    ("gift wrap", "gift wrapping"),
    ("lengthen", "lengthening"),
    ("waterproof", "waterproofing"),
    ("calibrate", "calibrating"),
    ("descale", "descaling"),
    ("oil", "oiling"),
    ("recycle", "recycling"),
    ("register", "registering"),
    ("rent", "renting"),
    ("measure", "measuring"),
    ("mount on a wall", "wall mounting of"),
    ("fold", "folding"),
    ("connect to wifi", "wifi connection of"),
    ("insure", "insuring"),
    ("trade in", "trading in"),
    ("upholster", "upholstering"),
    ("personalise", "personalising"),
    ("disinfect", "disinfecting"),
    ("rewire", "rewiring"),
    ("weigh down", "weighing down"),
    ("label", "labelling"),
    ("ship abroad", "shipping abroad"),
    ("demonstrate", "a demonstration of"),
];

/// What people tell beside their question. Nothing of it asks for anything, complains or hurries.
pub const STORY: [&str; 30] = [
    "We moved into the old mill by the river in spring, and the rooms are still half empty.",
    "My sister gave me one for my birthday, and since then the whole family talks of little else.",
    "It stands in the kitchen next to the window, where the light falls on it in the morning.",
    "The box came with a small card on which somebody had drawn a fox.",
    "I read the leaflet twice and then left it on the train to my parents.",
    "Our neighbours have the same one in green and are very fond of it.",
    "The children named it after our dog, who sleeps beside it most of the day.",
    "I have been a customer of yours since the shop was still next to the bakery.",
    "Last summer we took it to the lake, and everybody admired how well it is made.",
    "My grandfather was a joiner, so I look at such things with his eyes.",
    "It has a little mark on the left side that does not matter to me at all.",
    "On the weekend friends come over, and I would like to show it to them.",
    "The colour is exactly like in the picture, a bit warmer perhaps.",
    "I keep the receipt in the blue folder together with all the others.",
    "At work I told a colleague about it, and she wants to look at your shop as well.",
    "There is not much room in our flat, so everything has its own corner.",
    "I am not very good with my hands, but I am patient and like to learn.",
    "The old one served us for eleven years and now stands in the cellar.",
    "We live on the third floor without a lift, which is good for the legs.",
    "My daughter studies in another town and took the smaller one with her.",
    "In the evening I like to sit beside it with a book and a cup of tea.",
    "Somebody in the village told me that the material gets better with age.",
    "I found your address in a magazine at the hairdresser some months ago.",
    "The weather has been mild here, and the garden is already full of flowers.",
    "I made a drawing of the room with all the measurements, just for myself.",
    "It fits well with the wooden floor and the white walls.",
    "My husband says that I think too long about such things, and he may be right.",
    "The cat looked at it for an hour and then decided to ignore it.",
    "Next year we want to build a small terrace behind the house.",
    "I wrote all of this down in the train, so please excuse the long letter.",
];

/// Fills up with what people tell until the text has about so many words.
pub fn told(question: &str, words: usize, chance: &mut Chance) -> String {
    let mut before = Vec::new();
    let mut after = Vec::new();
    let mut count = question.split_whitespace().count();
    let mut at = chance.below(STORY.len());
    while count < words {
        let sentence = STORY[at % STORY.len()];
        at += 7;
        count += sentence.split_whitespace().count();
        if before.len() <= after.len() {
            &mut before
        } else {
            &mut after
        }
        .push(sentence);
    }
    format!("{}\n\n{question}\n\n{}", before.join(" "), after.join(" "))
}
