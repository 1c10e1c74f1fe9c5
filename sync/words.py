"""The words that fingerprints and passphrases are made of.

Owns the list and nothing else. Every word is short, ASCII, lower case and known by its first four letters, so
that it survives being read out over a bad line. The list is permanent: a changed list changes every fingerprint.
"""

from __future__ import annotations

_LIST = """
able acid acorn actor adult agile aim air alarm album alert alley almond aloe alpine amber amount ample
anchor angle ankle answer antler anvil apple apron arch arena argue arrow artist ash aside asset atlas
atom attic audio august aunt autumn avenue awake award axis axle bacon badge bagel baker balance bamboo
banana band banner barley basil basket batch bay beach bean bear beaver bed beef beetle begin bell belt
bench berry bicycle bike bird biscuit blade blanket blend blink block blossom blue board boat body boil
bolt bone bonus book border bottle boulder bowl box bracket brain branch brass bread breeze brick bridge
bright broad bronze broom brother brush bubble bucket buddy budget buffalo build bulb bundle bunny burrow
bush butter buyer cabbage cabin cable cactus cadet cage cake calf calm camel camp canal candle canoe
canvas canyon cape captain carbon cargo carpet carrot cart carve cash castle cattle cave cedar celery
cell cement center ceramic cereal chain chalk change charm cheese chef cherry chess chicken chief child
chin chip chord cider cinema circle citrus city civic claim clam class clay clean clerk clever cliff
climb cloak clock cloth cloud clover club clue coach coal coast coat cobalt cocoa code coffee coin cold
collar colony comb comet comic common concert cook copper coral cord corn cosmos cotton couch count
cousin cover cow crab craft crane crater crayon cream credit creek crew cricket crisp crop cross crow
crystal cube cuff culture cup curb curl current cushion custom cycle cymbal dairy daisy damp dance dark
date dawn day deal decade deck deer delta denim depot depth desert desk detail dew dial diary diesel diet
digit dinner disc dish ditch diver dock doctor dog doll dolphin domain donkey door dough dove dozen draft
dragon drama drawer dream dress drift drill drink drive drum dry duck dune dust duty eager eagle early
earth east easy echo eclipse edge editor effort egg eight elbow elder elegant element elk elm ember
emerald empty energy engine enjoy entry envelope epic equal errand essay even exact exam exit expert
extra eye fabric face fact falcon family fan farm father fault feast feather fence fern ferry festival
fiber fiddle field figure film filter final finch finger fire firm fish five flag flame flat flavor fleet
flint float flock floor flour flower fluid flute foam focus fog foil folder folk food foot forest fork
fort forum fossil fountain fox frame fresh friend fringe frog front frost fruit fuel fungus funnel future
gadget galaxy gallon game garage garden garlic gate gather gauge gazelle gear gecko gem general gentle
giant gift ginger giraffe give glacier glad glass globe glove glow glue goat gold golf gondola good goose
gown grace grain grand grape grass gravel great green grid grill grin grocery group grove guard guess
guide guitar gulf gull gum gust gym habit hail hair half hall hammer hamster hand harbor hard harp
harvest hat hawk hay hazel head heart heat hedge helmet help hen herb hero hickory hill hint hive hobby
hockey hold holiday hollow home honey hood hook hope horn horse hospital host hotel hour house hub huge
human humble hundred hunt hurdle hut hybrid hydrant hymn ice icon idea igloo image immense impact inch
index infant ink inlet inner input insect inside interval invite iris iron island ivory ivy jacket jade
jaguar jam jar jasmine jaw jazz jeans jelly jersey jewel jigsaw job jockey join joke journal joy judge
juice jump jungle junior jury just kale kayak keel keep kernel kettle key kidney kilo kind king kiosk
kitchen kite kiwi knee knife knit knob knock knot koala label lace ladder lady lagoon lake lamb lamp land
lane lantern lap large laser lasso latch lava lawn layer lead leaf league learn leather lecture legal
legend lemon lens lesson letter level library lid light lily lime limit linen lion lip liquid list liter
little liver lizard llama loaf lobby lobster local lock lodge log lotus loud lounge loyal lucky lumber
lunar lunch lung lyric machine magic magnet maid mail major mallet mammal mango manor maple marble march
margin market marsh mask mason match matrix maze meadow meal measure medal melody member memo mental menu
mercy merit merry mesh metal meter middle midnight milk mill mimic mind mineral minor mint minute mirror
mist mitten mix mobile model moment monday monkey month moon moose moral morning moss motel mother motor
mountain mouse mouth movie much muffin mule muscle museum music mustard mutual myth nail name napkin
narrow nation nature navy near neck nectar needle neon nephew nerve nest network neutral never new nice
nickel niece night nine noble noise noodle noon normal north nose note novel number nurse nut nylon oak
oar oasis oat object oboe observe ocean october odd offer office often oil okra old olive omega onion
online onyx opal open opera optic orange orbit orchid order organ origin osprey otter ounce outer oval
oven owl owner oxen oxygen oyster ozone pace pack paddle page pail paint pair palace palm panda panel
panther papaya paper parade parcel park parrot party pasta patch path patrol pattern pause pavement peace
peak peanut pear pebble pedal pelican pencil people pepper perfect perky person petal phone photo phrase
piano pickle picnic picture piece pier pigeon pillow pilot pine pink pioneer pipe pitch pizza place
planet plate player plenty plow plum pocket poem poet point polar polish pollen pond pony pool poplar
porch port possum post potato pottery powder power prairie present price pride prince prism prize produce
profit proud prune public puddle puffin pulley pulp pumpkin punch pupil puppet purple purse puzzle
pyramid python quail quality quantum quart queen quest quick quiet quill quince quiz quota rabbit raccoon
race rack radar radio raft rail rain raisin rally ramp ranch random range rapid rare raven razor ready
real reason recipe record reef reform region relax remedy remote rent repair reply report rescue resin
rest result return review reward rhino rhyme rhythm ribbon rice rich ride ridge right ring ripple rise
ritual rival river road roast robe robin robot rock roof room root rope rose rotor rough round route
rover royal rubber ruby rug ruler rumor runner rural rust rye sable saddle safe sage sail salad salmon
salon salt salute sample sand sardine satin sauce sausage savanna scale scarf scene school science
scooter scout screen script scroll season seat second secret sedan seed select senior sense sentence
sequel series serve session setting seven shade shake shape share shawl sheep shelf shield ship shirt
shoe shop shore shovel shower shrimp sibling side sierra sign silent silk silver simple singer siren
sister six size skate sketch skill skin skirt sky slate sled sleep slice slide slope slow small smart
smile smoke smooth snack snail snake snow soap soccer social sock soda sofa soft soil solar solid song
sonnet soon sorrel sound soup south space spare speak spell spice spider spin spirit split spoon sport
spot spray spring spruce square squid stable stack stadium staff stage stair stamp stand star state steam
steel stem step stew stick still stir stone stool storm stove straw street string strong studio style
subway sudden sugar suit summer sun super sure surf swallow swan sweet swift swim swing switch symbol
syrup system table tackle tail talent talk tall tango tank tape target taste taxi teach team teapot teeth
temple tender tennis tent term test text thank theater thick thing thirty thorn thread thrive throne
thumb thunder ticket tide tiger tile timber time tiny tip tire tissue title toast today toe toffee token
tomato tone tool tooth topaz torch tortoise total totem touch towel town toy track trade trail trap
travel tray treat tree trend trial tribe trick trio trophy trout truck true trumpet trunk trust try tuba
tube tulip tuna tundra tunnel turban turkey turtle tutor twelve twenty twig twin twist type umbrella
uncle under uniform union unique unit upper upset urban urchin use usual utensil vacuum valley value
valve vanilla vapor variety vase vast vault vector veil velvet vendor venue verb verse very vessel vest
veteran viaduct victory video view village vine violin virtue visit visual vital vivid vocal voice
volcano volley volume vote voyage wafer wagon waist wait walk wall walnut walrus want warm wash wasp
watch water wave wax wealth weasel weather weave wedge week weight welcome west whale wheat wheel whisper
whole wicker wide width wild willow wind wine wing winner winter wire wise wish wizard wolf woman wonder
wood wool word work world worth woven wrap wreath wren wrist write yacht yak yard yarn year yeast yellow
yoga yogurt yolk young youth zebra zenith zero zigzag zinc zipper zodiac zone zoo
"""

WORDS: tuple[str, ...] = tuple(_LIST.split())
"""In alphabetical order; six of them carry almost 63 bits."""
