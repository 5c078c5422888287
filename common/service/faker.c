/* faker.c - generates users from lists of words.
 *
 * The hash of the id seeds a random number generator, which picks the words. All words of a table
 * have the same size in memory, so that writing one is a copy of fixed size.
 */
#include "faker.h"

#include "random.h"

#include <string.h>
#include <xxhash.h>

#define WORD_BYTES 15

struct word {
    uint8_t count;
    char letters[WORD_BYTES];
};

/* clang-format off */
#define W(text) {sizeof text - 1, text}
/* clang-format on */

static const struct word first_names[] = {
    W("James"),     W("Mary"),      W("Robert"),   W("Linda"),    W("Michael"), W("Susan"),
    W("David"),     W("Karen"),     W("William"),  W("Nancy"),    W("Richard"), W("Lisa"),
    W("Joseph"),    W("Betty"),     W("Thomas"),   W("Sandra"),   W("Daniel"),  W("Ashley"),
    W("Matthew"),   W("Emily"),     W("Anthony"),  W("Donna"),    W("Mark"),    W("Michelle"),
    W("Steven"),    W("Carol"),     W("Andrew"),   W("Amanda"),   W("Paul"),    W("Melissa"),
    W("Joshua"),    W("Deborah"),   W("Kenneth"),  W("Laura"),    W("Kevin"),   W("Rebecca"),
    W("Brian"),     W("Sharon"),    W("Timothy"),  W("Cynthia"),  W("Jason"),   W("Kathleen"),
    W("Jeffrey"),   W("Amy"),       W("Ryan"),     W("Angela"),   W("Jacob"),   W("Anna"),
    W("Gary"),      W("Pamela"),    W("Nicholas"), W("Emma"),     W("Eric"),    W("Nicole"),
    W("Jonathan"),  W("Helen"),     W("Stephen"),  W("Samantha"), W("Larry"),   W("Katherine"),
    W("Justin"),    W("Christine"), W("Scott"),    W("Rachel"),   W("Brandon"), W("Carolyn"),
    W("Benjamin"),  W("Janet"),     W("Samuel"),   W("Maria"),    W("Gregory"), W("Olivia"),
    W("Alexander"), W("Heather"),   W("Patrick"),  W("Diane"),    W("Jack"),    W("Julie"),
    W("Dennis"),    W("Joyce"),     W("Jerry"),    W("Victoria"), W("Tyler"),   W("Kelly"),
    W("Aaron"),     W("Christina"), W("Jose"),     W("Lauren"),   W("Adam"),    W("Joan"),
    W("Nathan"),    W("Evelyn"),    W("Henry"),    W("Judith"),   W("Zachary"), W("Andrea"),
    W("Douglas"),   W("Hannah"),    W("Peter"),    W("Megan"),    W("Kyle"),    W("Cheryl"),
    W("Noah"),      W("Martha"),    W("Ethan"),    W("Teresa"),   W("Walter"),  W("Sara"),
    W("Christian"), W("Gloria"),    W("Keith"),    W("Janice"),   W("Austin"),  W("Ann"),
    W("Sean"),      W("Jean"),
};

static const struct word last_names[] = {
    W("Smith"),      W("Johnson"), W("Williams"),  W("Brown"),    W("Jones"),     W("Garcia"),
    W("Miller"),     W("Davis"),   W("Rodriguez"), W("Martinez"), W("Hernandez"), W("Lopez"),
    W("Gonzalez"),   W("Wilson"),  W("Anderson"),  W("Thomas"),   W("Taylor"),    W("Moore"),
    W("Jackson"),    W("Martin"),  W("Lee"),       W("Perez"),    W("Thompson"),  W("White"),
    W("Harris"),     W("Sanchez"), W("Clark"),     W("Ramirez"),  W("Lewis"),     W("Robinson"),
    W("Walker"),     W("Young"),   W("Allen"),     W("King"),     W("Wright"),    W("Scott"),
    W("Torres"),     W("Nguyen"),  W("Hill"),      W("Flores"),   W("Green"),     W("Adams"),
    W("Nelson"),     W("Baker"),   W("Hall"),      W("Rivera"),   W("Campbell"),  W("Mitchell"),
    W("Carter"),     W("Roberts"), W("Gomez"),     W("Phillips"), W("Evans"),     W("Turner"),
    W("Diaz"),       W("Parker"),  W("Cruz"),      W("Edwards"),  W("Collins"),   W("Reyes"),
    W("Stewart"),    W("Morris"),  W("Morales"),   W("Murphy"),   W("Cook"),      W("Rogers"),
    W("Gutierrez"),  W("Ortiz"),   W("Morgan"),    W("Cooper"),   W("Peterson"),  W("Bailey"),
    W("Reed"),       W("Howard"),  W("Ramos"),     W("Kim"),      W("Cox"),       W("Ward"),
    W("Richardson"), W("Watson"),  W("Brooks"),    W("Chavez"),   W("Wood"),      W("Bennett"),
    W("Gray"),       W("Mendoza"), W("Ruiz"),      W("Hughes"),   W("Price"),     W("Alvarez"),
    W("Castillo"),   W("Sanders"), W("Patel"),     W("Myers"),    W("Long"),      W("Ross"),
    W("Foster"),     W("Jimenez"),
};

static const struct word streets[] = {
    W("Maple"),       W("Oak"),       W("Cedar"),    W("Pine"),    W("Elm"),      W("Walnut"),
    W("Chestnut"),    W("Willow"),    W("Birch"),    W("Spruce"),  W("Juniper"),  W("Laurel"),
    W("Magnolia"),    W("Sycamore"),  W("Hickory"),  W("Dogwood"), W("Lake"),     W("River"),
    W("Meadow"),      W("Forest"),    W("Summit"),   W("Valley"),  W("Ridge"),    W("Prairie"),
    W("Harbor"),      W("Canyon"),    W("Orchard"),  W("Garden"),  W("Sunset"),   W("Highland"),
    W("Park"),        W("Church"),    W("Mill"),     W("Main"),    W("Market"),   W("Franklin"),
    W("Lincoln"),     W("Jefferson"), W("Madison"),  W("Monroe"),  W("Jackson"),  W("Cherry"),
    W("Liberty"),     W("Union"),     W("Railroad"), W("Spring"),  W("Fairview"), W("Clearwater"),
    W("Stonebridge"), W("Riverside"),
};

static const struct word street_kinds[] = {
    W("Street"),  W("Avenue"),    W("Road"),     W("Lane"),  W("Drive"), W("Court"),
    W("Place"),   W("Boulevard"), W("Terrace"),  W("Trail"), W("Way"),   W("Circle"),
    W("Parkway"), W("Square"),    W("Crossing"), W("Ridge"),
};

static const struct word cities[] = {
    W("Springfield"), W("Fairview"),  W("Riverton"),   W("Georgetown"), W("Salem"),
    W("Madison"),     W("Clinton"),   W("Arlington"),  W("Ashland"),    W("Dover"),
    W("Oxford"),      W("Jackson"),   W("Burlington"), W("Manchester"), W("Milton"),
    W("Newport"),     W("Auburn"),    W("Dayton"),     W("Lexington"),  W("Cleveland"),
    W("Hudson"),      W("Kingston"),  W("Milford"),    W("Winchester"), W("Oakland"),
    W("Centerville"), W("Bristol"),   W("Greenville"), W("Franklin"),   W("Chester"),
    W("Marion"),      W("Lebanon"),   W("Hillsboro"),  W("Lakewood"),   W("Brookfield"),
    W("Cedarville"),  W("Northport"), W("Eastwick"),   W("Westbrook"),  W("Southfield"),
};

static const struct word states[] = {
    W("AL"), W("AK"), W("AZ"), W("AR"), W("CA"), W("CO"), W("CT"), W("DE"), W("FL"), W("GA"),
    W("HI"), W("ID"), W("IL"), W("IN"), W("IA"), W("KS"), W("KY"), W("LA"), W("ME"), W("MD"),
    W("MA"), W("MI"), W("MN"), W("MS"), W("MO"), W("MT"), W("NE"), W("NV"), W("NH"), W("NJ"),
    W("NM"), W("NY"), W("NC"), W("ND"), W("OH"), W("OK"), W("OR"), W("PA"), W("RI"), W("SC"),
    W("SD"), W("TN"), W("TX"), W("UT"), W("VT"), W("VA"), W("WA"), W("WV"), W("WI"), W("WY"),
};

static const struct word units[] = {
    W(" Apt. "),
    W(" Suite "),
    W(" Unit "),
};

static const struct word domains[] = {
    W("@example.com"),
    W("@example.net"),
    W("@example.org"),
};

static const struct word comma = W(", ");

static const struct word words[] = {
    W("able"),      W("about"),    W("above"),    W("across"),    W("after"),   W("again"),
    W("against"),   W("almost"),   W("alone"),    W("along"),     W("already"), W("although"),
    W("always"),    W("among"),    W("answer"),   W("appear"),    W("around"),  W("arrive"),
    W("autumn"),    W("balance"),  W("become"),   W("before"),    W("begin"),   W("behind"),
    W("believe"),   W("below"),    W("beside"),   W("better"),    W("between"), W("beyond"),
    W("bridge"),    W("bright"),   W("bring"),    W("build"),     W("careful"), W("carry"),
    W("certain"),   W("change"),   W("choose"),   W("circle"),    W("city"),    W("clear"),
    W("climb"),     W("close"),    W("coffee"),   W("colour"),    W("common"),  W("company"),
    W("corner"),    W("country"),  W("course"),   W("cover"),     W("create"),  W("cross"),
    W("decide"),    W("deep"),     W("describe"), W("detail"),    W("develop"), W("dinner"),
    W("direct"),    W("discover"), W("distance"), W("doctor"),    W("double"),  W("dream"),
    W("early"),     W("earth"),    W("easy"),     W("effort"),    W("either"),  W("engine"),
    W("enough"),    W("evening"),  W("event"),    W("every"),     W("example"), W("expect"),
    W("family"),    W("famous"),   W("father"),   W("favourite"), W("field"),   W("figure"),
    W("final"),     W("finger"),   W("finish"),   W("follow"),    W("forest"),  W("forward"),
    W("friend"),    W("garden"),   W("gather"),   W("general"),   W("gentle"),  W("glass"),
    W("ground"),    W("group"),    W("guess"),    W("happen"),    W("harbour"), W("heavy"),
    W("history"),   W("holiday"),  W("house"),    W("however"),   W("hundred"), W("idea"),
    W("important"), W("increase"), W("inside"),   W("island"),    W("journey"), W("kitchen"),
    W("language"),  W("large"),    W("later"),    W("laugh"),     W("learn"),   W("leave"),
    W("letter"),    W("library"),  W("light"),    W("listen"),    W("little"),  W("local"),
    W("machine"),   W("market"),   W("matter"),   W("measure"),   W("meeting"), W("member"),
    W("memory"),    W("middle"),   W("minute"),   W("modern"),    W("moment"),  W("morning"),
    W("mother"),    W("mountain"), W("music"),    W("narrow"),    W("nature"),  W("neighbour"),
    W("never"),     W("number"),   W("object"),   W("ocean"),     W("often"),   W("open"),
    W("orange"),    W("order"),    W("other"),    W("outside"),   W("paper"),   W("pattern"),
    W("people"),    W("perhaps"),  W("picture"),  W("place"),     W("plain"),   W("plan"),
    W("point"),     W("practice"), W("present"),  W("problem"),   W("promise"), W("quality"),
    W("question"),  W("quiet"),    W("rather"),   W("reach"),     W("ready"),   W("reason"),
    W("record"),    W("remember"), W("rest"),     W("result"),    W("return"),  W("river"),
    W("rule"),      W("school"),   W("science"),  W("season"),    W("second"),  W("serious"),
    W("seven"),     W("shadow"),   W("share"),    W("short"),     W("should"),  W("silver"),
    W("simple"),    W("since"),    W("sister"),   W("slowly"),    W("small"),   W("something"),
    W("sometimes"), W("south"),    W("special"),  W("spring"),    W("station"), W("still"),
    W("story"),     W("street"),   W("strong"),   W("student"),   W("study"),   W("sudden"),
    W("summer"),    W("support"),  W("table"),    W("teach"),     W("theory"),  W("thing"),
    W("thought"),   W("through"),  W("toward"),   W("travel"),    W("trouble"), W("under"),
    W("unit"),      W("until"),    W("usual"),    W("valley"),    W("various"), W("village"),
    W("visit"),     W("voice"),    W("water"),    W("weather"),   W("window"),  W("winter"),
    W("without"),   W("wonder"),   W("work"),     W("world"),     W("write"),   W("yellow"),
    W("yesterday"), W("young"),
};

#define COUNT(table)        ((uint32_t)(sizeof table / sizeof table[0]))
#define PICK(writer, table) (&(table)[writer_choose(writer, COUNT(table))])

/* Where the next byte is written, and the state of the random number generator. */
struct writer {
    char *at;
    uint64_t state;
};

/* A random number below count. */
static uint32_t writer_choose(struct writer *writer, uint32_t count)
{
    return (uint32_t)(((random_splitmix(&writer->state) >> 32) * count) >> 32);
}

/* Always writes WORD_BYTES bytes; the next word overwrites the excess. */
static void write_word(struct writer *writer, const struct word *word)
{
    memcpy(writer->at, word->letters, WORD_BYTES);
    writer->at += word->count;
}

static void write_byte(struct writer *writer, char byte)
{
    *writer->at++ = byte;
}

static void write_number(struct writer *writer, uint32_t number, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; number /= 10)
        writer->at[i] = (char)('0' + number % 10);
    writer->at += digits;
}

static struct span writer_since(const struct writer *writer, const char *start)
{
    return (struct span){start, (size_t)(writer->at - start)};
}

static struct span name_write(struct writer *writer, const struct word *first,
                              const struct word *last)
{
    const char *start = writer->at;
    write_word(writer, first);
    write_byte(writer, ' ');
    write_word(writer, last);
    return writer_since(writer, start);
}

static struct span email_write(struct writer *writer, const struct word *first,
                               const struct word *last)
{
    char *start = writer->at;
    write_word(writer, first);
    if (writer_choose(writer, 3) == 0) /* only the initial */
        writer->at = start + 1;
    write_byte(writer, '.');
    write_word(writer, last);
    for (char *letter = start; letter < writer->at; letter++)
        *letter |= 0x20; /* '.' has the bit already */
    if (writer_choose(writer, 2) == 0)
        write_number(writer, writer_choose(writer, 100), 2);
    write_word(writer, PICK(writer, domains));
    return writer_since(writer, start);
}

static struct span address_write(struct writer *writer)
{
    const char *start = writer->at;
    write_number(writer, 100 + writer_choose(writer, 9900), 4);
    write_byte(writer, ' ');
    write_word(writer, PICK(writer, streets));
    write_byte(writer, ' ');
    write_word(writer, PICK(writer, street_kinds));
    if (writer_choose(writer, 3) == 0) {
        write_word(writer, PICK(writer, units));
        write_number(writer, 100 + writer_choose(writer, 900), 3);
    }
    write_byte(writer, '\n');
    write_word(writer, PICK(writer, cities));
    write_word(writer, &comma);
    write_word(writer, PICK(writer, states));
    write_byte(writer, ' ');
    write_number(writer, 501 + writer_choose(writer, 99450), 5);
    return writer_since(writer, start);
}

static void sentence_write(struct writer *writer)
{
    char *start = writer->at;
    for (uint32_t left = 4 + writer_choose(writer, 9); left > 0; left--) {
        write_word(writer, PICK(writer, words));
        write_byte(writer, left > 1 ? ' ' : '.');
    }
    *start &= (char)~0x20;
}

/* Mostly two or three sentences, sometimes up to nine. */
static struct span desc_write(struct writer *writer)
{
    static const uint8_t sentences[] = {1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6, 9};
    const char *start = writer->at;
    for (unsigned left = sentences[writer_choose(writer, COUNT(sentences))]; left > 0; left--) {
        sentence_write(writer);
        if (left > 1)
            write_byte(writer, ' ');
    }
    return writer_since(writer, start);
}

void faker_generate(struct faker_user *faker, struct span id, uint64_t seed)
{
    struct writer writer = {faker->text, XXH3_64bits_withSeed(id.bytes, id.count, seed)};
    const struct word *first = PICK(&writer, first_names), *last = PICK(&writer, last_names);
    faker->user.id = id;
    faker->user.name = name_write(&writer, first, last);
    faker->user.email = email_write(&writer, first, last);
    faker->user.address = address_write(&writer);
    faker->user.desc = desc_write(&writer);
}
